"""Hears from PostgreSQL whose notifications have changed, for the watchers of this process.

What is missed while the connection is away costs nothing but time: watchers look every now and
then anyway. Source: docs/decisions/0125-notices-need-only-the-transaction.md
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from services.kernel.doorbell import Doorbell
from services.kernel.watchers import Watchers
from services.profile.notifications.store import CHANNEL

RETRY_SECONDS = 0.5
CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 2.0
log = structlog.get_logger()

_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class Announcements:
    """One connection that listens; all watchers of the process share it."""

    def __init__(self, dsn: str, doorbell: Doorbell) -> None:
        self._dsn = dsn
        self._doorbell = doorbell
        self._watchers = Watchers()
        self._hearing: asyncio.Task[None] | None = None
        self._has_begun = asyncio.Event()
        self._ringing: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Begin to listen; what does not work within some seconds is tried again behind this."""
        self._hearing = asyncio.create_task(self._hear())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._has_begun.wait()

    async def close(self) -> None:
        """Stop listening."""
        for task in (self._hearing, *self._ringing):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    @asynccontextmanager
    async def watching(self, user_id: UUID) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever the user's notifications may have changed."""
        with self._watchers.watching(str(user_id)) as changed:
            yield changed

    async def _hear(self) -> None:
        while True:
            try:
                await self._hear_until_lost()
            except _LOST as lost:
                log.warning("announcements_lost", error=type(lost).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def _hear_until_lost(self) -> None:
        is_lost = asyncio.Event()
        connection = await asyncpg.connect(self._dsn, timeout=CONNECT_SECONDS)
        try:
            connection.add_termination_listener(lambda _: is_lost.set())
            await connection.add_listener(CHANNEL, self._heard)
            self._has_begun.set()
            self._watchers.wake_all()  # what was said while nobody listened
            await is_lost.wait()
        finally:
            connection.terminate()

    def _heard(self, _connection: Any, _process_id: int, _channel: str, user_id: object) -> None:
        self._watchers.wake(str(user_id))
        # The notice may have left a mail or a push in the outbox.
        ringing = asyncio.create_task(self._doorbell.ring())
        self._ringing.add(ringing)
        ringing.add_done_callback(self._ringing.discard)
