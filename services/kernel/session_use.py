"""Notes that sessions are used, for the list in which their owners look for strangers.

A call must not cost a write: each process notes a session at most once a minute, in Redis, and Auth
moves the notes to its table every five minutes. Lost notes are harmless.
Source: docs/decisions/0100-when-a-session-was-used.md
"""

import asyncio
import time
from uuid import UUID

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

USED_KEY = "sessions:used"
"""A sorted set: session ids by the unix time of their last use. No user's id is in it."""
GAP_SECONDS = 60.0
WRITE_SECONDS = 0.25
"""A Redis that hangs is not waited for."""
MOST_REMEMBERED = 20_000
log = structlog.get_logger()


class SessionUse:
    """The notes of one process."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._noted_at: dict[UUID, float] = {}

    async def note(self, session_id: UUID) -> None:
        """Note that the session is used now, unless that was done a moment ago."""
        now = time.monotonic()
        if now - self._noted_at.get(session_id, float("-inf")) < GAP_SECONDS:
            return
        if len(self._noted_at) >= MOST_REMEMBERED:
            self._noted_at.clear()
        self._noted_at[session_id] = now
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await self._redis.zadd(USED_KEY, {str(session_id): time.time()}, gt=True)
        except (RedisError, OSError) as failed:
            log.warning("session_use_not_noted", error=type(failed).__name__)
