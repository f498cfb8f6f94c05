"""Reads profiles again: when they are due, and when their user asks.

Nothing is stored before everything is read, and then all of it in one transaction: whoever is
killed between two calls leaves a lease that lapses. A process that was taken for dead finds its
fence old and stores nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from services.kernel.db import Database, Transaction
from services.kernel.outbox import Outbox
from services.kernel.periodic import Cursor, PeriodicJob
from services.profile.background import Background
from services.profile.errors import ConnectionResting, NotConnected
from services.profile.linkedin.client import LinkedIn
from services.profile.linkedin.errors import LinkedInError, LinkedInThrottled
from services.profile.reading import store
from services.profile.reading.completeness import assess
from services.profile.reading.errors import SyncTooSoon
from services.profile.reading.figures import (
    COMPLETENESS,
    announced,
    member_figures,
    page_figures,
)
from services.profile.reading.intervals import jittered
from services.profile.reading.member import read_member
from services.profile.reading.model import (
    Figure,
    MemberReading,
    PageReading,
    SyncClaim,
    Withheld,
)
from services.profile.reading.sessions import Sessions
from services.profile.usage.recording import ApiUsage
from services.profile.webhooks.events import EventType, emit

log = structlog.get_logger()

TOPIC = "profile_metrics"
AT_ONCE = 5
LEASE = timedelta(minutes=3)
"""Above the longest reading: a dozen calls, some after each other."""
ASKED_EVERY = timedelta(minutes=10)
"""So often a user may have a profile read."""
AFTER_FAILURE = timedelta(hours=1)


class SyncState(Enum):
    """How far a reading that was asked for has come."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Synced:
    """What a reading came to; `error` says what stopped it."""

    state: SyncState
    withheld: Sequence[Withheld] = ()
    error: str = ""


class Syncing:
    """Keeps profiles fresh."""

    def __init__(
        self,
        db: Database,
        outbox: Outbox,
        sessions: Sessions,
        *,
        linkedin: LinkedIn,
        usage: ApiUsage,
        background: Background,
    ) -> None:
        self._db = db
        self._outbox = outbox
        self._sessions = sessions
        self._linkedin = linkedin
        self._usage = usage
        self._background = background

    async def ask(self, user_id: UUID, wait_seconds: float) -> Synced:
        """Have a profile read now, and wait for it at most so long.

        It is read even if this process dies: then by whoever looks for what is due.
        Raises NotConnected, SyncTooSoon.
        """
        async with self._db.transaction() as tx:
            asked = await store.ask_for_sync(tx, user_id, ASKED_EVERY)
            if asked is None:
                raise NotConnected
            if asked > timedelta(0):
                raise SyncTooSoon(retry_after=asked)
            claims = await store.claim_syncs(tx, lease=LEASE, limit=1, user_id=user_id)
        if not claims:  # another process has just taken it up
            return Synced(SyncState.PENDING)
        task = self._background.start(self.run(claims[0]))
        done, _ = await asyncio.wait([task], timeout=wait_seconds)
        return task.result() if done else Synced(SyncState.PENDING)

    def job(self) -> PeriodicJob:
        """Reading profiles that are due."""
        return PeriodicJob("sync_linkedin_profiles", every=timedelta(minutes=1), run=self._sweep)

    async def sync_due(self) -> int:
        """Read some of the profiles that are due; returns how many."""
        async with self._db.transaction() as tx:
            claims = await store.claim_syncs(tx, lease=LEASE, limit=AT_ONCE)
        await asyncio.gather(*(self.run(claim) for claim in claims))
        return len(claims)

    async def run(self, claim: SyncClaim) -> Synced:
        """Read one claimed profile, and store what was found; a failure is stored too."""
        try:
            with self._usage.of(claim.user_id):
                reading = await self._sessions.use(
                    claim.user_id, partial(read_member, self._linkedin)
                )
        except NotConnected:
            return await self._put_off(claim, "NOT_CONNECTED", self._usual_pause(claim))
        except ConnectionResting as resting:
            return await self._put_off(claim, "RESTING", resting.retry_after or AFTER_FAILURE)
        except LinkedInThrottled as throttled:
            return await self._put_off(claim, "THROTTLED", throttled.until - datetime.now(UTC))
        except LinkedInError as failed:
            return await self._put_off(claim, type(failed).__name__, AFTER_FAILURE)
        async with self._db.transaction() as tx:
            await self._keep(tx, claim, reading)
        return Synced(SyncState.DONE, reading.withheld)

    async def _keep(self, tx: Transaction, claim: SyncClaim, reading: MemberReading) -> None:
        pause = self._usual_pause(claim)
        measured_at = await store.finish_sync(tx, claim, reading, pause=pause)
        if measured_at is None:
            log.info("sync_superseded")
            return
        if reading.pages is not None:
            pages = [page.organisation for page in reading.pages]
            await store.put_pages(tx, claim.user_id, pages)
        # The score counts connections, so that it follows what was just read of them.
        metrics = await self._put_figures(tx, claim.user_id, member_figures(reading))
        score = await self._score(tx, claim.user_id)
        scored = Figure(reading.info.urn, COMPLETENESS, score)
        metrics += await self._put_figures(tx, claim.user_id, [scored])
        payload = {
            "user_id": str(claim.user_id),
            "time": measured_at.isoformat(),
            "metrics": metrics,
            "pages": await self._put_pages(tx, claim.user_id, reading.pages or ()),
        }
        await self._outbox.add(tx, topic=TOPIC, queue="low", user_id=claim.user_id, payload=payload)
        told = {"completeness_score": score}
        key = f"profile_synced:{measured_at.isoformat()}"
        await emit(tx, claim.user_id, EventType.PROFILE_SYNCED, told, key)

    async def _score(self, tx: Transaction, user_id: UUID) -> int:
        facts = await store.get_facts(tx, user_id)
        assert facts is not None, "its row was changed in this transaction"
        score = assess(facts).score
        await store.put_completeness(tx, user_id, score)
        return score

    async def _put_pages(
        self, tx: Transaction, user_id: UUID, pages: Sequence[PageReading]
    ) -> list[dict[str, Any]]:
        """Keep the figures of pages; returns those of each page of which LinkedIn told any."""
        counted = {
            page.organisation.urn: await self._put_figures(tx, user_id, page_figures(page))
            for page in pages
        }
        return [{"urn": urn, "metrics": metrics} for urn, metrics in counted.items() if metrics]

    async def _put_figures(
        self, tx: Transaction, user_id: UUID, figures: Sequence[Figure]
    ) -> list[dict[str, Any]]:
        """Keep figures; returns each with the one before, for the time series."""
        return [
            announced(figure, await store.put_figure(tx, user_id, figure)) for figure in figures
        ]

    async def _put_off(self, claim: SyncClaim, why: str, pause: timedelta) -> Synced:
        log.info("sync_put_off", why=why)
        async with self._db.transaction() as tx:
            await store.put_off_sync(tx, claim, why, jittered(pause))
        return Synced(SyncState.FAILED, error=why)

    def _usual_pause(self, claim: SyncClaim) -> timedelta:
        return jittered(timedelta(hours=claim.frequency_hours))

    async def _sweep(self, _: Cursor) -> Cursor:
        return {"again": True} if await self.sync_due() == AT_ONCE else None
