"""Reads a put archive and keeps what it tells, all or nothing; then the file goes."""

import asyncio
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from services.kernel.db import Database, Transaction
from services.kernel.s3 import Objects
from services.profile.imports import store
from services.profile.imports.errors import ArchiveUnreadable, ImportNotFound
from services.profile.imports.model import FileCount, Import, Kind, Problem, State
from services.profile.imports.reading import ArchiveRead, FileRead, read_archive

AT_ONCE = 2
"""Archives that this process reads at once: each takes a thread and its texts in memory."""
OBSERVATIONS_AT_ONCE = 5_000
_IN_MEMORY_BYTES = 4 << 20


class ArchiveReader:
    """Reads the archives that members have put."""

    def __init__(self, db: Database, objects: Objects) -> None:
        self._db = db
        self._objects = objects
        self._reading = asyncio.Semaphore(AT_ONCE)

    async def read(self, import_id: UUID) -> None:
        """Read one that is complete; one that has been read only loses its file once more.

        The message that asks for it is delivered until this returns, so a crash on the way leaves
        neither an import unread nor a file behind. Raises ImportNotFound for one that is forgotten.
        """
        found = await store.get_complete_import(self._db, import_id)
        if found is None:
            raise ImportNotFound
        if found.state is State.READING:
            async with self._reading:
                read = await self._told(found)
            async with self._db.transaction() as tx:
                if await store.hold_import_to_read(tx, import_id):
                    await self._keep(tx, found, read)
        await self._objects.delete(found.object_key)

    async def _told(self, found: Import) -> ArchiveRead:
        with SpooledTemporaryFile(_IN_MEMORY_BYTES) as file:
            async for chunk in self._objects.read(found.object_key):
                file.write(chunk)
            return await asyncio.to_thread(_read, file)

    async def _keep(self, tx: Transaction, found: Import, read: ArchiveRead) -> None:
        counts = [await self._keep_file(tx, found, file) for file in read.files]
        await store.put_profile(tx, found.user_id, read.profile, _connections(read))
        await store.finish_import(
            tx,
            found.import_id,
            is_done=read.is_anything,
            files=counts,
            problems=read.problems,
            ignored_files=read.ignored_files,
        )

    async def _keep_file(self, tx: Transaction, found: Import, file: FileRead) -> FileCount:
        new_rows = 0
        ordered = sorted(file.observations, key=lambda one: one.fact_hash)
        for start in range(0, len(ordered), OBSERVATIONS_AT_ONCE):
            some = ordered[start : start + OBSERVATIONS_AT_ONCE]
            new_rows += len(await store.add_observations(tx, found.user_id, found.import_id, some))
        return FileCount(file.name, len(file.observations), new_rows, file.unreadable_rows)


def _read(file: IO[bytes]) -> ArchiveRead:
    try:
        return read_archive(file)
    except ArchiveUnreadable as why:
        return ArchiveRead(problems=[Problem("", 0, str(why))])


def _connections(read: ArchiveRead) -> int:
    """How many connections the archive lists."""
    return sum(one.kind is Kind.CONNECTION for file in read.files for one in file.observations)
