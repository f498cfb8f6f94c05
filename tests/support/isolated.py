"""Runs tools whose dependencies are no concern of the product, in environments of their own.

uv makes it, from a locked list; it is cached, so only the first run fetches anything.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPENAPI_TOOLS = ROOT / "tests" / "acceptance" / "openapi" / "requirements.txt"


def run_isolated(
    requirements: Path, *command: str, seconds: float, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command beside the packages that `requirements` lists, and return how it ended."""
    given = ("--isolated", "--no-project", "--python", sys.executable, "--with-requirements")
    return subprocess.run(
        [_uv(), "run", "--quiet", *given, str(requirements), *command],
        capture_output=True, text=True, timeout=seconds, check=False, cwd=ROOT,
        env={**os.environ, **environment},
    )  # fmt: skip


def _uv() -> str:
    """uv, as the Makefile finds it; under `uv run` it says itself where it is."""
    found = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    assert Path(found).exists(), "uv is missing: `make test` fetches it"
    return found
