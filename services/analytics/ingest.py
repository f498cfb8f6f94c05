"""Takes batches into the time series, each event once, and keeps the live counts up to date."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import structlog
from prometheus_client import Counter
from redis.exceptions import RedisError

from services.analytics import series as time_series
from services.analytics import store
from services.analytics.live import Live
from services.analytics.model import COUNTED_TYPES, Batch, Event
from services.kernel.db import Database

log = structlog.get_logger()

EVENTS = Counter("inergize_events_total", "Events taken in, by what became of them.", ["outcome"])
BATCHES_AT_ONCE = 50
MOST_UNSHOWN = 10_000

_UNSTORABLE = (*time_series.UNSTORABLE, KeyError, TypeError, ValueError)


class Ingest:
    """From the outbox into the time series. Any number of these may take in the same batch."""

    def __init__(self, db: Database, series: Database, live: Live) -> None:
        self._db = db
        self._series = series
        self._live = live
        self._unshown: frozenset[UUID] = frozenset()

    async def take_in(self, batch_ids: Sequence[UUID]) -> None:
        """Take in those of some batches that are not in yet, and mark them done."""
        for start in range(0, len(batch_ids), BATCHES_AT_ONCE):
            some = batch_ids[start : start + BATCHES_AT_ONCE]
            await self._take_in_all(await store.list_open_batches(self._db, some))

    async def sweep(self) -> None:
        """Take in what nobody has: its announcement was lost, or its consumer has died."""
        while True:
            async with self._db.transaction() as tx:
                stale = await store.claim_stale_batches(tx, BATCHES_AT_ONCE)
            await self.take_in(stale)
            if len(stale) < BATCHES_AT_ONCE:
                break
        await self._show(())

    async def _take_in_all(self, batches: Sequence[Batch]) -> None:
        if not batches:
            return
        try:
            await self._store(batches)
        except _UNSTORABLE as failed:
            if len(batches) == 1:
                await self._give_up(batches[0], failed)
                return
            for batch in batches:  # find the one, so that it holds nobody up
                await self._take_in_all([batch])

    async def _store(self, batches: Sequence[Batch]) -> None:
        events = [event for batch in batches for event in batch.events()]
        added = await time_series.insert_events(self._series, events)
        # Before the batch is done: whoever repeats it after a crash here recounts as well.
        await self._show(_counted_users(events))
        async with self._db.transaction() as tx:
            await store.finish_batches(tx, [batch.batch_id for batch in batches])
        EVENTS.labels("stored").inc(added)
        EVENTS.labels("repeated").inc(len(events) - added)

    async def _give_up(self, batch: Batch, failed: Exception) -> None:
        log.error("batch_unstorable", batch_id=str(batch.batch_id), error=type(failed).__name__)
        async with self._db.transaction() as tx:
            await store.finish_batches(tx, [batch.batch_id], error=type(failed).__name__)
        EVENTS.labels("refused").inc()

    async def _show(self, user_ids: Collection[UUID]) -> None:
        """Recount users and show it; whoever could not be shown is shown next time."""
        late = self._unshown.union(user_ids)
        if not late:
            return
        try:
            for user_id, counts in await time_series.count_today(self._series, late):
                await self._live.raise_to(user_id, counts)
        except (RedisError, OSError) as failed:
            # Events go on arriving in the time series while Redis is away.
            log.warning("live_counts_late", users=len(late), error=type(failed).__name__)
            self._unshown = frozenset(list(self._unshown | late)[:MOST_UNSHOWN])
        else:
            self._unshown -= late


def _counted_users(events: Iterable[Event]) -> set[UUID]:
    return {event.user_id for event in events if event.event_type in COUNTED_TYPES}
