"""Imports of members' own archives, as their members see them.

Source: docs/decisions/0145-archives-of-members.md
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from services.kernel.crypto import Keys
from services.kernel.db import Database
from services.kernel.outbox import Outbox
from services.kernel.paging import PageTokens, Position
from services.kernel.periodic import Cursor, PeriodicJob
from services.kernel.s3 import Content, Objects, Upload
from services.profile.imports import store
from services.profile.imports.errors import ArchiveMissing, ImportNotFound, ImportsOpen
from services.profile.imports.model import Import, State

TOPIC = "read_linkedin_import"
MEDIA_TYPE = "application/zip"
MOST_OPEN = 5
"""Of one user, waiting for their file."""
OPEN_FOR = timedelta(days=1)
ABANDONED_AT_ONCE = 100


class Imports:
    """What members bring of their own data."""

    def __init__(self, db: Database, keys: Keys, outbox: Outbox, objects: Objects) -> None:
        self._db = db
        self._outbox = outbox
        self._objects = objects
        self._tokens = PageTokens(keys, "profile.linkedin_imports")

    async def begin(
        self, user_id: UUID, *, size_bytes: int, sha256: bytes
    ) -> tuple[Import, Upload]:
        """An import and where to put its file. Raises ImportsOpen, UserNotFound."""
        async with self._db.transaction() as tx:
            begun = await store.add_import(
                tx, user_id, size_bytes=size_bytes, sha256=sha256, most_open=MOST_OPEN
            )
        if begun is None:
            raise ImportsOpen(most=str(MOST_OPEN))
        content = Content(MEDIA_TYPE, size_bytes, sha256)
        return begun, await self._objects.upload(begun.object_key, content)

    async def complete(self, user_id: UUID, import_id: UUID) -> Import:
        """Have the file read by a worker; again changes nothing.

        Raises ImportNotFound, and ArchiveMissing unless exactly the announced bytes are there.
        """
        begun = await self.get(user_id, import_id)
        if begun.state is not State.AWAITING_UPLOAD:
            return begun
        if not await self._objects.holds(
            begun.object_key, size_bytes=begun.size_bytes, sha256=begun.sha256
        ):
            raise ArchiveMissing
        async with self._db.transaction() as tx:
            if await store.begin_reading(tx, import_id):
                payload = {"import_id": str(import_id)}
                await self._outbox.add(
                    tx, topic=TOPIC, queue="low", user_id=user_id, payload=payload
                )
        return await self.get(user_id, import_id)

    async def page(self, user_id: UUID, size: int, page_token: str) -> tuple[Sequence[Import], str]:
        """A page of imports, newest first, and the token of the next page."""
        after = self._tokens.after(user_id, page_token)
        found = await store.list_imports(self._db, user_id, after=after, limit=size + 1)
        return self._tokens.cut(
            user_id, found, size, lambda last: Position(last.created_at, last.import_id)
        )

    async def get(self, user_id: UUID, import_id: UUID) -> Import:
        """One import. Raises ImportNotFound."""
        found = await store.get_import(self._db, user_id, import_id)
        if found is None:
            raise ImportNotFound
        return found

    async def forget(self, user_id: UUID, import_id: UUID) -> None:
        """Forget an import and what it was the first to tell. Raises ImportNotFound."""
        found = await self.get(user_id, import_id)
        # The file first: without the row nothing would lead to it any more.
        await self._objects.delete(found.object_key)
        async with self._db.transaction() as tx:
            await store.delete_import(tx, user_id, import_id)

    def job(self) -> PeriodicJob:
        """Forgetting imports that nobody has completed."""
        return PeriodicJob("forget_open_imports", every=timedelta(hours=1), run=self._sweep)

    async def _sweep(self, _: Cursor) -> Cursor:
        abandoned = await store.list_abandoned(self._db, age=OPEN_FOR, limit=ABANDONED_AT_ONCE)
        for one in abandoned:
            with suppress(ImportNotFound):  # its member, or another sweep, was faster
                await self.forget(one.user_id, one.import_id)
        return {"again": True} if len(abandoned) == ABANDONED_AT_ONCE else None
