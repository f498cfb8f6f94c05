"""Connections of one service: asyncpg's pool, with a rack in front where the busy ones hang ready.

Giving a connection back to asyncpg's pool asks the server to reset it, which costs more than most
of our queries. A connection whose work ended well has nothing to reset (settings are local to
transactions, locks too, nothing listens), so it waits on the rack for the next call and goes back
to the pool once it has not been needed for a moment. One whose work failed goes back at once.
Source: docs/decisions/0009-connections-wait-on-a-rack.md
"""

import asyncio
import contextlib
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

ACQUIRE_SECONDS = 5.0
RACK_SECONDS = 2.0
CLOSE_SECONDS = 5.0
RELEASE_SECONDS = 0.5

_CUT = (TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""What a release says of a connection that it has cut."""


class Connections:
    """At most `max_size` connections, opened as they are needed."""

    def __init__(self, **pool_options: Any) -> None:
        """Options are asyncpg.create_pool's."""
        self._options = pool_options
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._rack: list[PoolConnectionProxy] = []
        self._waiting = 0
        self._clearing: asyncio.TimerHandle | None = None
        self._was_used = False
        self._emptying: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the first connection. Raises what asyncpg raises when there is no server."""
        self._pool = await asyncpg.create_pool(min_size=1, timeout=ACQUIRE_SECONDS, **self._options)

    async def close(self) -> None:
        """Close everything; connections still busy after five seconds are cut."""
        if self._pool is None:
            return
        if self._clearing is not None:
            self._clearing.cancel()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._clear()
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def take(self) -> PoolConnectionProxy:
        """A connection for the caller alone. Raises TimeoutError when none gets free in time."""
        while self._rack:
            connection = self._rack.pop()
            if not connection.is_closed():
                return connection
            await self._released(connection)
        self._waiting += 1
        try:
            return await self._opened().acquire(timeout=ACQUIRE_SECONDS)
        finally:
            self._waiting -= 1

    async def give_back(self, connection: PoolConnectionProxy) -> None:
        """Give back a connection whose work ended well."""
        if self._waiting:
            await self._released(connection)
            return
        self._rack.append(connection)
        self._was_used = True
        if self._clearing is None:
            self._clear_later()

    async def drop(self, connection: PoolConnectionProxy, *, is_dead: bool) -> None:
        """Give back a connection whose work failed; when the server is gone, all go with it.

        A cancelled statement gets a moment to end. A cancel request may overtake its statement and
        find nothing to cancel: then asyncpg cuts the connection, and the server notices.
        """
        with contextlib.suppress(*_CUT):
            await self._opened().release(connection, timeout=RELEASE_SECONDS)
        if is_dead:
            await self.expire()

    async def expire(self) -> None:
        """The server is gone or read-only: use none of the present connections again."""
        await self._clear()
        await self._opened().expire_connections()

    def _clear_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._clearing = loop.call_later(RACK_SECONDS, self._clear_if_idle)

    def _clear_if_idle(self) -> None:
        """Empty the rack once it was not used for a whole interval."""
        self._clearing = None
        if self._was_used:
            self._was_used = False
            self._clear_later()
        else:
            self._emptying = asyncio.create_task(self._clear())

    async def _clear(self) -> None:
        while self._rack:
            await self._released(self._rack.pop())

    async def _released(self, connection: PoolConnectionProxy) -> None:
        await self._opened().release(connection)

    def _opened(self) -> "asyncpg.Pool[asyncpg.Record]":
        assert self._pool is not None, "open() first"
        return self._pool
