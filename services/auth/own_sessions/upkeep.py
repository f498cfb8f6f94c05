"""What the clock does for sessions: notes of their use are written down, what is over goes."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from services.auth.own_sessions import store
from services.kernel.db import Database
from services.kernel.periodic import Cursor, PeriodicJob
from services.kernel.session_use import USED_KEY

KEPT = timedelta(days=7)
"""After its absolute end; until then its owner's mails about new places can know it."""
TOKENS_KEPT = timedelta(hours=24)
BATCH = 5_000
REDIS_SECONDS = 2.0
log = structlog.get_logger()


class Upkeep:
    """The periodic work on sessions and one-time tokens."""

    def __init__(self, db: Database, client: redis.Redis) -> None:
        self._db = db
        self._redis = client

    def jobs(self) -> list[PeriodicJob]:
        """What is to be done, and how often."""
        return [
            PeriodicJob("note_session_use", every=timedelta(minutes=5), run=self.note_use),
            PeriodicJob("forget_sessions", every=timedelta(hours=1), run=self.forget),
        ]

    async def note_use(self, _: Cursor) -> Cursor:
        """Write down when sessions were used, a batch at a time; without Redis, another time."""
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                found: Any = await self._redis.zrange(USED_KEY, 0, BATCH - 1, withscores=True)
        except (RedisError, OSError) as failed:
            log.warning("session_use_not_read", error=type(failed).__name__)
            return None
        used: list[tuple[str, float]] = found
        if not used:
            return None
        await store.note_use(
            self._db, [UUID(session_id) for session_id, _ in used], [at for _, at in used]
        )
        await self._forget_notes(until=used[-1][1])
        return {"again": True} if len(used) == BATCH else None

    async def forget(self, _: Cursor) -> Cursor:
        """Drop what is over."""
        dropped = (
            await store.forget_sessions(self._db, kept=KEPT, batch=BATCH),
            await store.forget_one_time_tokens(self._db, kept=TOKENS_KEPT, batch=BATCH),
        )
        return {"again": True} if max(dropped) == BATCH else None

    async def _forget_notes(self, *, until: float) -> None:
        # A session used since then has a higher score by now, and stays.
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                await self._redis.zremrangebyscore(USED_KEY, "-inf", until)
        except (RedisError, OSError) as failed:
            log.warning("session_use_not_forgotten", error=type(failed).__name__)
