"""Keeps calls back that LinkedIn would refuse, and learns from its refusals.

This spares calls; it is no safety limit. It therefore fails open: while Redis or PostgreSQL does
not answer, calls are made and LinkedIn itself refuses what is too much.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

import asyncpg
import structlog
from prometheus_client import Counter
from redis.exceptions import RedisError

from services.kernel.db import Database
from services.profile.linkedin.errors import QuotaSpent
from services.profile.linkedin.outcome import throttled_whose
from services.profile.linkedin.transport import NO_ANSWER, CallRecord
from services.profile.usage import store
from services.profile.usage.counters import Answer, Counters, Taken, Whose
from services.profile.usage.families import Family, family_of
from services.profile.usage.model import Quota, Standing, next_midnight

log = structlog.get_logger()

PATIENCE_SECONDS = 0.5
KEPT_BACK = Counter(
    "inergize_linkedin_calls_kept_back_total",
    "Calls to LinkedIn that were not made because a quota is used up or held.",
    ["family", "whose"],
)


class Quotas:
    """The daily quotas of all members and of the application."""

    def __init__(self, db: Database, counters: Counters, now: Callable[[], datetime]) -> None:
        self._db = db
        self._counters = counters
        self._now = now

    async def admit(self, user_id: UUID | None, endpoint: str, method: str) -> int | None:
        """Take one call from the member's and the application's quota.

        Returns how many the member has left, None when that is not known. Raises QuotaSpent.
        """
        family = family_of(endpoint, method)
        if family is None:
            return None
        taken: Taken | None = None
        async with _openly("admit"):
            if user_id is not None:
                taken = await self._take(user_id, family)
            try:
                await self._take(None, family)
            except QuotaSpent:
                if user_id is not None:
                    await self._counters.give_back(user_id, family)
                raise
        return taken.left if taken else None

    async def _take(self, whose: Whose, family: Family) -> Taken | None:
        taken = await self._counters.take(whose, family)
        if taken is None or taken.answer is Answer.TAKEN:
            return taken
        KEPT_BACK.labels(family.value, "member" if whose else "application").inc()
        raise QuotaSpent(taken.until or next_midnight(self._now()))

    async def learn(self, user_id: UUID, calls: Sequence[CallRecord]) -> None:
        """Take from finished calls what they tell about quotas."""
        async with _openly("learn"):
            for call in calls:
                family = family_of(call.endpoint, call.method)
                if family is None or call.status_code == NO_ANSWER:
                    continue
                if call.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                    await self._throttled(user_id, family, call)
                else:
                    await self._counters.let_go(user_id, family)

    async def _throttled(self, user_id: UUID, family: Family, call: CallRecord) -> None:
        named = throttled_whose(call.problem.message if call.problem else "")
        if not named:
            await self._counters.hold(user_id, family)
            return
        whose = user_id if named == "member" else None
        used = await self._counters.spend(whose, family)
        log.warning("linkedin_quota_spent", family=family.value, whose=named, used=used)
        if used:
            await store.put_learned_limit(self._db, named, family, used)

    async def of(self, user_id: UUID) -> list[Quota]:
        """What a user may still do today; by the rows alone while Redis does not answer."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                own = await self._counters.read(user_id)
                application = await self._counters.read(None)
        except (RedisError, OSError) as failed:
            log.warning("linkedin_quota_read_from_rows", error=type(failed).__name__)
            own = await self._counters.load(user_id)
            application = await self._counters.load(None)
        now = self._now()
        return [_quota(family, own[family], application[family], now) for family in Family]


def _quota(family: Family, own: Standing, application: Standing, now: datetime) -> Quota:
    is_application_spent = application.remaining == 0
    is_held = own.held_until is not None and own.held_until > now
    remaining = 0 if is_application_spent or is_held else own.remaining
    resets_at = next_midnight(now)
    if is_held and own.remaining and not is_application_spent and own.held_until is not None:
        resets_at = own.held_until
    return Quota(
        family=family,
        used=own.used,
        limit=own.limit,
        remaining=min(remaining, application.remaining),
        resets_at=resets_at,
        source=own.source,
        is_application_spent=is_application_spent,
    )


@asynccontextmanager
async def _openly(what: str) -> AsyncIterator[None]:
    """Count quickly or not at all; a call is never lost because it cannot be counted."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
    except (RedisError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as failed:
        log.warning("linkedin_quota_uncounted", what=what, error=type(failed).__name__)
