"""An archive in the making: a zip on disk, a file a table, whatever its size in the same memory."""

import asyncio
import hashlib
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Self

IN_MEMORY_BYTES = 4 << 20
"""Beyond this it is a file."""
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Sealed:
    """What can be said of a finished archive."""

    size_bytes: int
    sha256: bytes


class Archive:
    """Filled file after file, then sealed, then read. Work on the disk never blocks the loop."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - see __exit__
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED)
        self._name = ""
        self._entry: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Nothing to do: the file is there."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Forget the archive."""
        self._end_entry()
        self._zip.close()
        self._file.close()

    async def add(self, name: str, lines: Sequence[str]) -> None:
        """Add lines to a file; those of one file come one after the other."""
        await asyncio.to_thread(self._add, name, lines)

    async def seal(self) -> Sealed:
        """Finish the archive: nothing can be added any more."""
        return await asyncio.to_thread(self._seal)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The sealed archive's bytes."""
        await asyncio.to_thread(self._file.seek, 0)
        while chunk := await asyncio.to_thread(self._file.read, CHUNK_BYTES):
            yield chunk

    def _add(self, name: str, lines: Sequence[str]) -> None:
        if name != self._name or self._entry is None:
            self._end_entry()
            self._name, self._entry = name, self._zip.open(name, "w", force_zip64=True)
        self._entry.write("".join(f"{line}\n" for line in lines).encode())

    def _seal(self) -> Sealed:
        self._end_entry()
        self._zip.close()
        digest, size_bytes = hashlib.sha256(), 0
        self._file.seek(0)
        while chunk := self._file.read(CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += len(chunk)
        return Sealed(size_bytes, digest.digest())

    def _end_entry(self) -> None:
        if self._entry is not None:
            self._entry.close()
            self._entry = None
