"""Opens a ZIP that a stranger made, within bounds that no archive of a person's needs."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from services.profile.imports.errors import ArchiveUnreadable

MOST_FILES = 2_000
MOST_BYTES = 256 * 1024 * 1024
"""Of all files that are read, counted while unpacking: what a ZIP says of itself proves nothing."""
_PIECE_BYTES = 256 * 1024
_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # NotImplementedError too: a way of packing that is not known
)
"""What `zipfile` and its decompressors raise for bytes that are no ZIP, or a broken one."""


class Archive:
    """The files of one ZIP by their last name; folders are not looked at."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._opened = opened
        self._left_bytes = MOST_BYTES
        # Not by `is_dir`: it raises IndexError for an entry without a name.
        names = {one.filename.rsplit("/", 1)[-1]: one for one in opened.infolist()}
        self._files = {name: one for name, one in names.items() if name}

    def names(self) -> list[str]:
        """Every file's last name, in order."""
        return sorted(self._files)

    def read(self, name: str) -> bytes:
        """A file's bytes. Raises ArchiveUnreadable for a broken, locked or unreasonable one."""
        entry = self._files[name]
        if entry.flag_bits & _ENCRYPTED:
            raise ArchiveUnreadable(f"{name} is protected by a password")
        unpacked = bytearray()
        try:
            with self._opened.open(entry) as packed:
                while piece := packed.read(_PIECE_BYTES):
                    self._left_bytes -= len(piece)
                    if self._left_bytes < 0:
                        raise ArchiveUnreadable(f"it unpacks to more than {MOST_BYTES} bytes")
                    unpacked += piece
        except _BROKEN:
            raise ArchiveUnreadable(f"{name} is damaged") from None
        return bytes(unpacked)


@contextmanager
def opened(content: IO[bytes]) -> Iterator[Archive]:
    """The archive in a file. Raises ArchiveUnreadable."""
    try:
        archive = zipfile.ZipFile(content)
    except _BROKEN:
        raise ArchiveUnreadable("it is not a ZIP file") from None
    with archive:
        if len(archive.infolist()) > MOST_FILES:
            raise ArchiveUnreadable(f"it holds more than {MOST_FILES} files")
        yield Archive(archive)
