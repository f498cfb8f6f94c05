"""What users do with their content: write, read, schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from services.content import store
from services.content.changes import Changes
from services.content.errors import (
    NothingToPublish,
    NotPublishable,
    ScheduleTimeRefused,
    WrongContentState,
)
from services.content.local_time import first_instant, on_clock
from services.content.model import CalendarTime, Content, Draft
from services.kernel.caller import Caller
from services.kernel.db import Database, Transaction
from services.kernel.doorbell import Doorbell
from services.kernel.entitlements import Entitlements, check_room
from services.kernel.errors import EtagMismatch
from services.kernel.paging import PageTokens, Position
from services.kernel.time_zones import zone_named

LATE = timedelta(minutes=1)
"""A time this little past counts as now: the request took a while, or a clock is slow."""
FARTHEST = timedelta(days=366)
SCHEDULED = "scheduled_posts"
"""What the subscription calls the number of contents that wait for their time."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of all users; every method reaches only its caller's."""

    db: Database
    changes: Changes
    doorbell: Doorbell
    tokens: PageTokens
    entitlements: Entitlements

    async def create(self, caller: Caller, draft: Draft) -> Content:
        """Store a draft."""
        async with self.db.transaction() as tx:
            content_id = await store.add_content(tx, caller.user_id, draft)
            return await store.get_content(tx, caller.user_id, content_id)

    async def get(self, caller: Caller, content_id: UUID) -> Content:
        """Raises ContentNotFound."""
        return await store.get_content(self.db, caller.user_id, content_id)

    async def page(
        self, caller: Caller, statuses: Sequence[str], size: int, token: str
    ) -> tuple[list[Content], str]:
        """One page, the newest change first, and the token of the next, empty at the end.

        Raises PageTokenInvalid.
        """
        after = self.tokens.after(caller.user_id, token)
        found = await store.list_content(self.db, caller.user_id, statuses, after, size + 1)
        return self.tokens.cut(
            caller.user_id, found, size, lambda last: Position(last.updated_at, last.id)
        )

    async def schedule(
        self, caller: Caller, content_id: UUID, when: datetime, time_zone: str, etag: str
    ) -> Content:
        """Set or move the time of publication; the scheduler looks at once.

        A naive `when` is read on a clock in `time_zone`, the caller's own when empty. Raises
        ContentNotFound, EtagMismatch, WrongContentState, NotPublishable, NothingToPublish,
        TimeZoneUnknown, ScheduleTimeRefused, and EntitlementReached when as much is scheduled as
        the subscription allows; what is scheduled may be moved all the same.
        """
        # Before the transaction, which is not to wait for another service.
        allowed = await self.entitlements.limit(caller.user_id, caller.tier, SCHEDULED)
        async with self.db.transaction() as tx:
            content, now = await store.lock_content(tx, caller.user_id, content_id)
            check_etag(content, etag)
            check_publishable(content)
            planned = calendar_time(when, time_zone or caller.time_zone, now)
            if content.status != "scheduled":
                check_room(SCHEDULED, allowed, await store.lock_scheduled(tx, caller.user_id))
            await store.schedule(tx, caller.user_id, content_id, planned)
            tx.after_commit(self.doorbell.ring)
            return await self._changed(tx, content)

    async def unschedule(self, caller: Caller, content_id: UUID, etag: str) -> Content:
        """Make it a draft again. Raises ContentNotFound, EtagMismatch, WrongContentState."""
        async with self.db.transaction() as tx:
            content, _ = await store.lock_content(tx, caller.user_id, content_id)
            check_etag(content, etag)
            if not content.can_still_be_moved:
                raise _wrong_state(content)
            await store.unschedule(tx, caller.user_id, content_id)
            return await self._changed(tx, content)

    async def _changed(self, tx: Transaction, content: Content) -> Content:
        tx.after_commit(partial(self.changes.announce, [(content.user_id, content.id)]))
        return await store.get_content(tx, content.user_id, content.id)


def check_etag(content: Content, etag: str) -> None:
    """Raises EtagMismatch when `etag` is given and is another than the content's."""
    if etag and etag != content.etag:
        raise EtagMismatch


def check_publishable(content: Content) -> None:
    """Raises WrongContentState, NotPublishable or NothingToPublish."""
    if not content.can_be_scheduled:
        raise _wrong_state(content)
    if content.type != "post":
        raise NotPublishable(type=content.type)
    if not content.body.strip():
        raise NothingToPublish(status=content.status)


def calendar_time(when: datetime, time_zone: str, now: datetime) -> CalendarTime:
    """A time of publication, and how the user's calendar shows it.

    Raises TimeZoneUnknown, and ScheduleTimeRefused for a time that is past or too far ahead.
    """
    zone = zone_named(time_zone)
    # Far years first: next to the years 1 and 9999 a zone's offset cannot be added.
    if abs(when.year - now.year) > 2:
        raise ScheduleTimeRefused(rule="past" if when.year < now.year else "too_far")
    at = first_instant(when, zone) if when.tzinfo is None else when.astimezone(UTC)
    if at < now - LATE:
        raise ScheduleTimeRefused(rule="past")
    if at > now + FARTHEST:
        raise ScheduleTimeRefused(rule="too_far")
    return CalendarTime(at, time_zone, on_clock(at, zone))


def _wrong_state(content: Content) -> WrongContentState:
    return WrongContentState(status=content.status, publish_state=content.publish_state)
