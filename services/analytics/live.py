"""The live counts in Redis: a copy of what the time series say about today.

Counts of a day only grow, so writers raise them to what they have counted, in any order and as
often as they like: docs/decisions/0068-live-counts-are-recounted.md
"""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from services.analytics.model import COUNTERS, LiveCounts
from services.kernel.messages import to_json

log = structlog.get_logger()

KEPT = timedelta(hours=48)
PATIENCE_SECONDS = 0.5
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


class Live:
    """Everybody's live counts."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        script = Path(__file__).with_name("live.lua").read_text()
        self._raise = client.register_script(script)

    async def read(self, user_id: UUID, day: date) -> LiveCounts | None:
        """The counts of a day; None when Redis has none or cannot be asked."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                kept = await self._client.hgetall(_key(user_id))
        except (RedisError, OSError) as failed:  # TimeoutError is an OSError
            log.warning("live_counts_unread", error=type(failed).__name__)
            return None
        return _parse(kept, day)

    async def raise_to(self, user_id: UUID, counts: LiveCounts) -> None:
        """Raise a user's counts and tell who watches. Raises RedisError or OSError."""
        fields = _fields(counts)
        last = fields.pop("last_updated", "")
        pairs = [word for pair in fields.items() for word in pair]
        async with asyncio.timeout(PATIENCE_SECONDS):
            changed = await self._raise(
                keys=[_key(user_id)],
                args=[counts.day.isoformat(), int(KEPT.total_seconds()), last, *pairs],
            )
            if changed:
                await self._client.publish(f"live:{{{user_id}}}", to_json(_fields(counts)))

    async def forget(self, user_id: UUID) -> None:
        """Delete a user's counts. Raises RedisError when Redis does not answer."""
        await self._client.delete(_key(user_id))

    async def try_raise_to(self, user_id: UUID, counts: LiveCounts) -> None:
        """Raise a user's counts if Redis can be reached: it is a copy."""
        try:
            await self.raise_to(user_id, counts)
        except (RedisError, OSError) as failed:
            log.warning("live_counts_unwritten", error=type(failed).__name__)


def _key(user_id: UUID) -> str:
    return f"profile_live:{{{user_id}}}"


def _fields(counts: LiveCounts) -> dict[str, str | int]:
    fields: dict[str, str | int] = dict(counts.counts)
    if counts.last_updated_at is not None:
        fields["last_updated"] = counts.last_updated_at.astimezone(UTC).strftime(_TIME)
    return fields


def _parse(kept: dict[Any, Any], day: date) -> LiveCounts | None:
    if kept.get("day") != day.isoformat():
        return None
    last = kept.get("last_updated")
    return LiveCounts(
        day,
        {counter: int(kept.get(counter, 0)) for counter in COUNTERS},
        datetime.strptime(last, _TIME).replace(tzinfo=UTC) if last else None,
    )
