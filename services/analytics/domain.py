"""Takes events in, begins a user's figures, shows the dashboard."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from services.analytics import series as time_series
from services.analytics import store
from services.analytics.live import Live
from services.analytics.model import Dashboard, Event, LiveCounts
from services.analytics.streams import announce, partition_of
from services.kernel.db import Database
from services.kernel.errors import InvalidRequest

log = structlog.get_logger()

MOST_AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=30)
DEFAULT_DAYS = 7


class Collector:
    """Where events come in."""

    def __init__(self, db: Database, client: redis.Redis) -> None:
        self._db = db
        self._client = client

    async def record(self, events: Sequence[Event]) -> None:
        """Keep events for good; the pipeline then takes them into the time series.

        Batches are cut by partition, so that one row is announced by one entry of the stream.
        Raises InvalidRequest, naming each event whose time is too far from the database's.
        Source: docs/decisions/0067-events-are-rows-first.md
        """
        partitions: defaultdict[int, list[Event]] = defaultdict(list)
        for event in events:
            partitions[partition_of(event.user_id)].append(event)
        async with self._db.transaction() as tx:
            check_times(events, await store.get_now(tx))
            kept = [
                (partition, await store.add_batch(tx, batch))
                for partition, batch in partitions.items()
            ]
            tx.after_commit(lambda: self._announce(kept))

    async def _announce(self, kept: Sequence[tuple[int, UUID]]) -> None:
        try:
            for partition, batch_id in kept:
                await announce(self._client, partition, batch_id)
        except (RedisError, OSError) as unheard:
            # The pipeline's sweep finds the rows.
            log.warning("events_unannounced", error=type(unheard).__name__)


class Timed(Protocol):
    """Anything that happened at a time."""

    @property
    def at(self) -> datetime:
        """When; aware, UTC."""


def check_times(events: Sequence[Timed], now: datetime, *, field: str = "events") -> None:
    """Refuse events from the future or from long ago. Raises InvalidRequest naming each."""
    violations: dict[str, str] = {}
    for index, event in enumerate(events):
        if event.at > now + MOST_AHEAD:
            violations[f"{field}[{index}].time"] = "must not be more than 5 minutes ahead"
        elif event.at < now - OLDEST:
            violations[f"{field}[{index}].time"] = "must not be more than 30 days ago"
    if violations:
        raise InvalidRequest(violations)


class Figures:
    """What users see."""

    def __init__(self, db: Database, series: Database, live: Live) -> None:
        self._db = db
        self._series = series
        self._live = live

    async def initialize(self, user_id: UUID) -> None:
        """Begin a user's figures. Repeating changes nothing. Raises UserNotFound."""
        async with self._db.transaction() as tx:
            await store.add_summary(tx, user_id)
        await self._recount(user_id)

    async def dashboard(self, user_id: UUID, days: int) -> Dashboard:
        """Today's live counts and how often each thing happened in the last `days` (0: a week)."""
        event_counts = await time_series.count_events(self._series, user_id, days or DEFAULT_DAYS)
        today = await time_series.get_today(self._series)
        live = await self._live.read(user_id, today)
        if live is not None:
            return Dashboard(live, event_counts, is_degraded=False)
        return Dashboard(await self._recount(user_id), event_counts, is_degraded=True)

    async def _recount(self, user_id: UUID) -> LiveCounts:
        """Count today's events, and leave the counts where the next reader finds them."""
        [(_, counts)] = await time_series.count_today(self._series, [user_id])
        await self._live.try_raise_to(user_id, counts)
        return counts
