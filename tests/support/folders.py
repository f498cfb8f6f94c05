"""Where the test run's own servers keep their files: in memory, where there is enough of it.

A test gets a database of its own: a thousand small files, which a disk takes 0.7 s to make and
memory 0.05 s. Nothing here has to outlive the machine; it outlives a killed process either way.
"""

import os
import shutil
import tempfile
from pathlib import Path

_IN_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 4 << 30


def scratch_folder(name: str) -> Path:
    """A new, empty folder, for the caller to remove."""
    return Path(tempfile.mkdtemp(prefix=f"inergize-{name}-", dir=_fastest()))


def _fastest() -> Path | None:
    if not os.access(_IN_MEMORY, os.W_OK) or shutil.disk_usage(_IN_MEMORY).free < _ENOUGH_BYTES:
        return None
    return _IN_MEMORY
