"""What a user reads of notifications, and marks as read."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.kernel.crypto import Keys
from services.kernel.db import Database
from services.kernel.errors import InvalidRequest
from services.kernel.paging import PageTokens, Position
from services.kernel.periodic import Cursor, PeriodicJob
from services.profile.notifications import store
from services.profile.notifications.errors import KindUnknown, NotificationNotFound
from services.profile.notifications.kinds import Kind
from services.profile.notifications.model import Notification

KEPT_AFTER_READING = timedelta(days=90)
"""A notification that nobody reads is kept for 180 days: the column's default."""
BATCH = 5_000


class Notifications:
    """The notifications of all users."""

    def __init__(self, db: Database, keys: Keys) -> None:
        self._db = db
        self._tokens = PageTokens(keys, "profile.notifications")

    async def page(
        self,
        user_id: UUID,
        *,
        is_unread_only: bool,
        kinds: Collection[str],
        size: int,
        page_token: str,
    ) -> tuple[list[Notification], str, int]:
        """A page, newest first, the token of the next one, and how many are unread in all.

        Raises KindUnknown, PageTokenInvalid.
        """
        after = self._tokens.after(user_id, page_token)
        found = await store.list_notifications(
            self._db,
            user_id,
            is_unread_only=is_unread_only,
            kinds=[kind_named(name).value for name in kinds],
            after=after,
            limit=size + 1,
        )
        page, next_token = self._tokens.cut(
            user_id, found, size, lambda last: Position(last.created_at, last.notification_id)
        )
        unread_count, _ = await store.count_unread(self._db, user_id)
        return page, next_token, unread_count

    async def mark_read(
        self, user_id: UUID, ids: Sequence[UUID], up_to: datetime | None
    ) -> tuple[int, int]:
        """Mark these, or all that began until `up_to`: how many were unread, how many still are.

        Raises InvalidRequest unless it is exactly one of both, NotificationNotFound when one of
        `ids` is not the user's; then none is marked.
        """
        if bool(ids) == (up_to is not None):
            raise InvalidRequest({"notification_ids": "either these or up_to_time must be given"})
        wanted = sorted(set(ids))
        async with self._db.transaction() as tx:
            if await store.count_owned(tx, user_id, wanted) != len(wanted):
                raise NotificationNotFound
            marked_count = await store.mark_read(
                tx, user_id, ids=wanted or None, up_to=up_to, kept=KEPT_AFTER_READING
            )
            if marked_count:
                await store.announce(tx, user_id)
            unread_count, _ = await store.count_unread(tx, user_id)
        return marked_count, unread_count

    def job(self) -> PeriodicJob:
        """Drops notifications whose time is over, once an hour."""

        async def run(_: Cursor) -> Cursor:
            dropped = await store.forget_notifications(self._db, BATCH)
            return {"again": True} if dropped == BATCH else None

        return PeriodicJob("forget_notifications", every=timedelta(hours=1), run=run)


def kind_named(name: str) -> Kind:
    """The kind of that name. Raises KindUnknown."""
    try:
        return Kind(name)
    except ValueError:
        known = " ".join(sorted(Kind))
        raise KindUnknown(kind=name, known=known) from None
