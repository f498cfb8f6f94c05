"""Archives of everything the deployment holds about a user, made by workers, kept for a week.

The row is the truth, the message only tells a worker: docs/decisions/0104-archives.md
"""

import asyncio
import time
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from services.auth.account import export_store, store
from services.auth.account.errors import ArchiveMissing, ExportNotFound, ExportTooSoon
from services.auth.account.files import Files
from services.auth.account.mails import mail, on_the_clock
from services.auth.account.model import Export
from services.auth.audit.events import note
from services.kernel.db import Database, Transaction
from services.kernel.deadline import remaining_seconds
from services.kernel.outbox import Outbox
from services.kernel.periodic import Cursor, PeriodicJob
from services.kernel.s3 import Upload

TOPIC = "export_account"
GAP = timedelta(days=1)
LIFE = timedelta(days=7)
MOST_AT_ONCE = 2
"""Of all users together: each occupies one of a worker's places for minutes."""
MOST_ATTEMPTS = 3
HAND_OVER = timedelta(minutes=5)
"""A worker that has not begun by then has lost the message."""
LEASE = timedelta(minutes=12)
"""Above the worker's own time limit."""
PAUSE = timedelta(seconds=30)
LOOK_SECONDS = 1.0
ANSWER_SECONDS = 1.0
"""Kept back from the call's deadline, to answer in time."""
FILES_AT_ONCE = 100
MOST_WAITING = 4
"""Calls of one user that wait at once; each occupies one of the process's places meanwhile."""


class Exports:
    """Takes wishes for archives, hands them to workers, and keeps the files for a while."""

    def __init__(self, db: Database, outbox: Outbox, files: Files, draining: asyncio.Event) -> None:
        self._db = db
        self._outbox = outbox
        self._files = files
        self._draining = draining
        self._waiting: Counter[UUID] = Counter()

    async def ask(self, user_id: UUID) -> Export:
        """Have an archive made; while one is being made, that one.

        Raises ExportTooSoon within a day of the last one, and UserNotFound.
        """
        async with self._db.transaction() as tx:
            await store.hold_account(tx, user_id)
            being_made = await export_store.get_open_export(tx, user_id)
            if being_made is not None:
                return being_made
            wait = await export_store.time_to_next_export(tx, user_id, GAP)
            if wait > timedelta(0):
                raise ExportTooSoon(retry_after=wait)
            await export_store.lock_exports(tx)
            export = await export_store.add_export(tx, user_id)
            await note(tx, "export_asked", user_id)
            await self._hand_out(tx)
        return export

    async def get(self, user_id: UUID, export_id: UUID, wait_seconds: float) -> tuple[Export, str]:
        """An archive, and where to fetch it once it is ready; waits for it a while if asked to.

        Waits not at all while four calls of the user do. Raises ExportNotFound.
        """
        export = await export_store.get_export(self._db, user_id, export_id)
        if export.is_open and self._waiting[user_id] < MOST_WAITING:
            export = await self._finished(export, wait_seconds)
        is_ready = export.state == "ready"
        return export, await self._files.download_url(export) if is_ready else ""

    async def begin(self, export_id: UUID) -> Export:
        """Begin to make an archive, or begin again. Raises ExportNotFound."""
        async with self._db.transaction() as tx:
            return await export_store.begin_export(tx, export_id, LEASE)

    async def upload(
        self, export_id: UUID, *, size_bytes: int, sha256: bytes
    ) -> tuple[Export, Upload]:
        """An archive that is being made, and where to put its file. Raises ExportNotFound."""
        export = await export_store.get_begun_export(self._db, export_id)
        if not export.is_open:  # what was promised of a ready one, no attempt replaces
            raise ExportNotFound
        return export, await self._files.upload(export, size_bytes=size_bytes, sha256=sha256)

    async def finish(self, export_id: UUID, *, size_bytes: int, sha256: bytes) -> None:
        """Make a put archive ready and mail its owner; finishing again changes nothing.

        Raises ExportNotFound, and ArchiveMissing unless exactly these bytes were put.
        """
        export = await export_store.get_begun_export(self._db, export_id)
        if not await self._files.holds(export, size_bytes=size_bytes, sha256=sha256):
            raise ArchiveMissing
        async with self._db.transaction() as tx:
            await export_store.lock_exports(tx)
            expires_at = await export_store.finish_export(
                tx, export_id, size_bytes=size_bytes, sha256=sha256, life=LIFE
            )
            if expires_at is not None:
                await self._tell(tx, export.user_id, "account_export_ready", expires_at)
                await note(tx, "export_ready", export.user_id)
                await self._hand_out(tx)

    async def put_back(self, export_id: UUID) -> None:
        """An attempt failed: another may follow, or the archive is given up by the next look."""
        async with self._db.transaction() as tx:
            await export_store.put_export_back(tx, export_id, PAUSE)

    def jobs(self) -> list[PeriodicJob]:
        """What has to be looked after: archives that wait, and files whose time is over."""
        return [
            PeriodicJob("hand_out_exports", every=timedelta(minutes=1), run=self.look_after),
            PeriodicJob("expire_exports", every=timedelta(hours=1), run=self.expire),
        ]

    async def look_after(self, _: Cursor = None) -> Cursor:
        """Give up what failed too often, and hand out what waits."""
        async with self._db.transaction() as tx:
            await export_store.lock_exports(tx)
            for user_id in await export_store.give_up_exports(tx, MOST_ATTEMPTS):
                await self._tell(tx, user_id, "account_export_failed")
                await note(tx, "export_failed", user_id)
            await self._hand_out(tx)
        return None

    async def expire(self, _: Cursor = None) -> Cursor:
        """Delete the files whose time is over; first the file, then the row says so."""
        past = await export_store.list_files_past_their_time(self._db, FILES_AT_ONCE)
        for export in past:
            await self._files.delete(export)
            async with self._db.transaction() as tx:
                await export_store.note_file_gone(tx, export)
        return {"again": True} if len(past) == FILES_AT_ONCE else None

    async def _hand_out(self, tx: Transaction) -> None:
        chosen = await export_store.hand_out_exports(tx, most_at_once=MOST_AT_ONCE, lease=HAND_OVER)
        for export_id, user_id in chosen:
            payload = {"export_id": str(export_id)}
            await self._outbox.add(tx, topic=TOPIC, queue="low", user_id=user_id, payload=payload)

    async def _tell(
        self, tx: Transaction, user_id: UUID, template: str, until: datetime | None = None
    ) -> None:
        holder = await store.find_holder(tx, user_id)
        if holder is None:
            return
        params = {"until": on_the_clock(until, holder.time_zone)} if until else {}
        await mail(self._outbox, tx, template, holder.at(holder.email), **params)

    async def _finished(self, export: Export, wait_seconds: float) -> Export:
        """The archive once it is finished, or as it is when the time is over."""
        allowed = remaining_seconds()
        if allowed is not None:
            wait_seconds = min(wait_seconds, allowed - ANSWER_SECONDS)
        deadline = time.monotonic() + wait_seconds
        self._waiting[export.user_id] += 1
        try:
            while export.is_open and await self._may_wait(deadline):
                export = await export_store.get_export(self._db, export.user_id, export.export_id)
        finally:
            self._waiting -= Counter([export.user_id])
        return export

    async def _may_wait(self, deadline: float) -> bool:
        """Wait a moment; False when the time is over or the server drains."""
        pause = min(LOOK_SECONDS, deadline - time.monotonic())
        if pause <= 0 or self._draining.is_set():
            return False
        try:
            await asyncio.wait_for(self._draining.wait(), timeout=pause)
        except TimeoutError:
            return True
        return False
