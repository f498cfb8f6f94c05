"""How often a user may search for mentions, so that typing does not use LinkedIn's quotas up.

The minute is counted in Redis and open while that does not answer; the day is counted in the calls
that were made, by PostgreSQL.
Source: docs/decisions/0156-searches-have-a-limit-of-their-own.md
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from services.kernel.db import Database
from services.profile.reading import store
from services.profile.reading.errors import SearchTooOften
from services.profile.usage.model import next_midnight

log = structlog.get_logger()

MINUTE = timedelta(minutes=1)
ENDPOINTS = ("/rest/organizations?q=vanityName", "/rest/peopleTypeahead?q=organizationFollowers")


class SearchLimit:
    """Counts searches of each user."""

    def __init__(
        self, db: Database, client: redis.Redis, *, per_minute: int, calls_per_day: int
    ) -> None:
        self._db = db
        self._per_minute = per_minute
        self._calls_per_day = calls_per_day
        self._count = client.register_script(
            Path(__file__).with_name("search_limit.lua").read_text()
        )

    async def admit(self, user_id: UUID) -> None:
        """Count one search. Raises SearchTooOften, with the time to wait."""
        wait = await self._wait_openly(user_id)
        if wait:
            raise SearchTooOften(per="minute", retry_after=wait)
        calls = await store.count_calls_today(self._db, user_id, ENDPOINTS)
        if calls >= self._calls_per_day:
            now = datetime.now(UTC)
            raise SearchTooOften(per="day", retry_after=next_midnight(now) - now)

    async def _wait_openly(self, user_id: UUID) -> timedelta:
        window_ms = int(MINUTE.total_seconds() * 1000)
        try:
            wait_ms = await self._count(
                keys=[f"mention_searches:{{{user_id}}}"], args=[self._per_minute, window_ms]
            )
        except (RedisError, OSError) as failed:
            log.warning("mention_searches_uncounted", error=type(failed).__name__)
            return timedelta(0)
        return timedelta(milliseconds=int(wait_ms))
