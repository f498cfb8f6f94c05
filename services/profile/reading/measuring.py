"""Measures the posts that were published through us, more seldom as they age.

A post is claimed by one process; what was counted is stored and announced in one transaction.
LinkedIn's quotas are not published: a member's posts cost at most so many calls a day, and the most
overdue are measured first.
Source: docs/decisions/0138-how-often-posts-are-measured.md
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from services.kernel.db import Database, Transaction
from services.kernel.outbox import Outbox
from services.kernel.periodic import Cursor, PeriodicJob
from services.profile.errors import ConnectionResting, NotConnected
from services.profile.linkedin.analytics import PostMetric
from services.profile.linkedin.client import LinkedIn
from services.profile.linkedin.errors import LinkedInError, NotFound
from services.profile.reading import store
from services.profile.reading.figures import announced
from services.profile.reading.intervals import FIRST_MEASURE, jittered, measure_pause
from services.profile.reading.model import DuePost, Figure
from services.profile.reading.readables import POST_ANALYTICS, SOCIAL_COUNTS
from services.profile.reading.sessions import Session, Sessions
from services.profile.usage.recording import ApiUsage

log = structlog.get_logger()

TOPIC = "post_metrics"
AT_ONCE = 5
LEASE = timedelta(minutes=3)
"""Above the longest measuring: one call after the other, a handful."""
FOUND_WITHIN = timedelta(days=2)
"""Longer than any outage of ours: later, a post that was not seen is not looked for."""
CALLS_A_DAY = 400
"""For measuring the posts of one member."""
NAMES = {
    PostMetric.IMPRESSION: "views",
    PostMetric.MEMBERS_REACHED: "members_reached",
    PostMetric.REACTION: "likes",
    PostMetric.COMMENT: "comments",
    PostMetric.RESHARE: "shares",
}
"""LinkedIn's metrics by our names."""
ENDPOINTS = ("/rest/memberCreatorPostAnalytics?q=entity", "/rest/socialMetadata/{urn}")


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of a batch."""

    measured: int = 0
    put_off: int = 0
    is_more: bool = False


class Measuring:
    """Measures posts."""

    def __init__(
        self,
        db: Database,
        outbox: Outbox,
        sessions: Sessions,
        *,
        linkedin: LinkedIn,
        usage: ApiUsage,
    ) -> None:
        self._db = db
        self._outbox = outbox
        self._sessions = sessions
        self._linkedin = linkedin
        self._usage = usage

    def job(self) -> PeriodicJob:
        """Measuring posts that are due."""
        return PeriodicJob("measure_linkedin_posts", every=timedelta(minutes=5), run=self._sweep)

    async def measure_due(self) -> Measured:
        """Measure some of the posts that are due, the most overdue first."""
        async with self._db.transaction() as tx:
            await store.find_posts(tx, FOUND_WITHIN, FIRST_MEASURE)
            due = await store.claim_posts(tx, lease=LEASE, limit=AT_ONCE)
        results = await asyncio.gather(*(self.measure(post) for post in due))
        measured = sum(results)
        return Measured(measured, len(due) - measured, len(due) == AT_ONCE)

    async def measure(self, post: DuePost) -> bool:
        """Measure one claimed post; False when LinkedIn told nothing now."""
        calls = await store.count_calls_today(self._db, post.user_id, ENDPOINTS)
        if calls >= CALLS_A_DAY:
            return await self._put_off(post, "budget_spent")
        try:
            with self._usage.of(post.user_id):
                counts = await self._sessions.use(post.user_id, partial(self._counts, post=post))
        except NotFound:
            return await self._give_up(post)
        except (NotConnected, ConnectionResting, LinkedInError) as failed:
            return await self._put_off(post, type(failed).__name__)
        if not counts:
            return await self._put_off(post, "withheld")
        async with self._db.transaction() as tx:
            await self._keep(tx, post, counts)
        return True

    async def _counts(self, session: Session, post: DuePost) -> dict[str, int]:
        """What LinkedIn tells of a post: analytics of own ones, else the visible counts."""
        counts: dict[str, int] = {}
        if post.author_urn == session.member_urn:
            analytics = self._linkedin.reads.analytics
            for metric, name in NAMES.items():
                count = await session.read(
                    POST_ANALYTICS,
                    partial(analytics.post_total, post_urn=post.post_urn, metric=metric),
                )
                if count is None:
                    break
                counts[name] = count
        if counts:
            return counts
        social = self._linkedin.reads.social
        seen = await session.read(SOCIAL_COUNTS, lambda token: social.counts(token, post.post_urn))
        return {} if seen is None else {"likes": seen.reactions, "comments": seen.comments}

    async def _keep(self, tx: Transaction, post: DuePost, counts: Mapping[str, int]) -> None:
        age = await store.get_age(tx, post.posted_at)
        pause = measure_pause(age)
        measured_at = await store.finish_measure(
            tx, post, None if pause is None else jittered(pause)
        )
        if measured_at is None:
            log.info("measure_superseded")
            return
        metrics = []
        for name, value in counts.items():
            figure = Figure(post.post_urn, name, value)
            metrics.append(announced(figure, await store.put_figure(tx, post.user_id, figure)))
        payload = {
            "user_id": str(post.user_id),
            "post_urn": post.post_urn,
            "time": measured_at.isoformat(),
            "metrics": metrics,
        }
        await self._outbox.add(tx, topic=TOPIC, queue="low", user_id=post.user_id, payload=payload)

    async def _put_off(self, post: DuePost, why: str) -> bool:
        log.info("measure_put_off", why=why)
        async with self._db.transaction() as tx:
            age = await store.get_age(tx, post.posted_at)
            pause = measure_pause(age)
            await store.put_off_measure(tx, post, None if pause is None else jittered(pause))
        return False

    async def _give_up(self, post: DuePost) -> bool:
        """LinkedIn has no such post any more."""
        async with self._db.transaction() as tx:
            await store.put_off_measure(tx, post, None)
        return False

    async def _sweep(self, _: Cursor) -> Cursor:
        return {"again": True} if (await self.measure_due()).is_more else None
