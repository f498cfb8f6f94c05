"""Follows a user's notifications for as long as a call may last."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.kernel.db import Database
from services.kernel.deadline import remaining_seconds
from services.kernel.watchers import either
from services.profile.notifications import store
from services.profile.notifications.announcements import Announcements
from services.profile.notifications.model import Notification

LOOK_SECONDS = 10.0
"""How late something is seen while the connection that announces is dead and nobody has noticed."""
LOOK_BACK = timedelta(seconds=60)
"""Longer than a transaction can last."""
SNAPSHOT = 50
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class News:
    """What a watcher is told."""

    notifications: list[Notification]
    unread_count: int


@dataclass(slots=True)
class _Seen:
    """What one watcher has been told already."""

    since: datetime
    at: dict[UUID, datetime] = field(default_factory=dict)
    unread_count: int = -1

    def note(self, notifications: list[Notification], now: datetime) -> None:
        self.since = now - LOOK_BACK
        self.at |= {one.notification_id: one.created_at for one in notifications}
        self.at = {seen: began for seen, began in self.at.items() if began > self.since}


@dataclass(frozen=True, slots=True)
class Watching:
    """The watchers of all users."""

    db: Database
    announcements: Announcements
    draining: asyncio.Event

    async def watch(self, user_id: UUID) -> AsyncIterator[News]:
        """The newest unread ones now, then whatever comes or is read, until the call's time is up.

        Ends early when the service shuts down.
        """
        async with self.announcements.watching(user_id) as changed:
            seen, snapshot = await self._snapshot(user_id)
            yield snapshot
            while (seconds := _seconds_left()) > 0 and not self.draining.is_set():
                await either(changed, self.draining, min(seconds, LOOK_SECONDS))
                changed.clear()
                async for news in self._news(user_id, seen):
                    yield news

    async def _snapshot(self, user_id: UUID) -> tuple[_Seen, News]:
        unread_count, now = await store.count_unread(self.db, user_id)
        newest = await store.list_notifications(
            self.db, user_id, is_unread_only=False, kinds=(), after=None, limit=AT_ONCE
        )
        seen = _Seen(now, unread_count=unread_count)
        seen.note(newest, now)
        unread = [one for one in newest if one.read_at is None][:SNAPSHOT]
        return seen, News(unread, unread_count)

    async def _news(self, user_id: UUID, seen: _Seen) -> AsyncIterator[News]:
        """What has changed since the last look, if anything has; many in several messages."""
        while True:
            found = await store.list_new_notifications(
                self.db, user_id, since=seen.since, seen=seen.at, limit=AT_ONCE
            )
            unread_count, now = await store.count_unread(self.db, user_id)
            if found or unread_count != seen.unread_count:
                yield News(found, unread_count)
            seen.unread_count = unread_count
            if len(found) == AT_ONCE:
                # More may have come than one look shows: the window stays until all are seen.
                seen.at |= {one.notification_id: one.created_at for one in found}
                continue
            seen.note(found, now)
            return


def _seconds_left() -> float:
    left = remaining_seconds()
    return LOOK_SECONDS if left is None else left
