"""Notifications in PostgreSQL: one function per query."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.kernel import sql
from services.kernel.db import Database, Transaction, constraint_errors
from services.kernel.paging import Position
from services.profile.errors import UserNotFound
from services.profile.notifications.model import Notification, Told, Ways

QUERIES = sql.beside(__file__)
CHANNEL = "profile_notifications"
"""Where PostgreSQL tells listeners whose notifications have changed."""


async def add_notification(
    tx: Transaction, user_id: UUID, told: Told, dedupe_key: str, ways: Ways
) -> UUID | None:
    """Keep a notification; None when its dedupe key was used before. Raises UserNotFound."""
    with constraint_errors(notifications_user_id_fkey=UserNotFound()):
        added: UUID | None = await tx.fetchval(
            QUERIES["add_notification"],
            user_id,
            told.kind.value,
            told.severity.value,
            told.title,
            told.body,
            dict(told.data),
            dedupe_key,
            ways.channels,
            ways.is_for_digest,
        )
    return added


async def announce(tx: Transaction, user_id: UUID) -> None:
    """Say, once `tx` commits, that a user's notifications have changed."""
    await tx.execute(QUERIES["announce"], CHANNEL, user_id)


async def list_notifications(
    db: Database,
    user_id: UUID,
    *,
    is_unread_only: bool,
    kinds: Collection[str],
    after: Position | None,
    limit: int,
) -> list[Notification]:
    """A page, newest first."""
    rows = await db.fetch(
        QUERIES["list_notifications"],
        user_id,
        is_unread_only,
        list(kinds),
        after and after.at,
        after and after.row_id,
        limit,
    )
    return [Notification.from_row(row) for row in rows]


async def list_new_notifications(
    db: Database, user_id: UUID, *, since: datetime, seen: Collection[UUID], limit: int
) -> list[Notification]:
    """What began after `since` and is not among `seen`, oldest first."""
    rows = await db.fetch(QUERIES["list_new_notifications"], user_id, since, list(seen), limit)
    return [Notification.from_row(row) for row in rows]


async def get_fresh(
    db: Database, user_id: UUID, notification_id: UUID, fresh: timedelta
) -> Notification | None:
    """A notification that was not read and is younger than `fresh`; None for another."""
    row = await db.fetchrow(QUERIES["get_fresh"], user_id, notification_id, fresh)
    return None if row is None else Notification.from_row(row)


async def count_unread(source: Database | Transaction, user_id: UUID) -> tuple[int, datetime]:
    """How many are not read, and the database's time."""
    row = await source.fetchrow(QUERIES["count_unread"], user_id)
    assert row is not None, "an aggregate has a row"
    return row["unread_count"], row["at"]


async def count_owned(tx: Transaction, user_id: UUID, ids: Sequence[UUID]) -> int:
    """How many of these are the user's."""
    count: int = await tx.fetchval(QUERIES["count_owned"], user_id, ids)
    return count


async def mark_read(
    tx: Transaction,
    user_id: UUID,
    *,
    ids: Sequence[UUID] | None,
    up_to: datetime | None,
    kept: timedelta,
) -> int:
    """Mark those of `ids` (None for all) begun until `up_to`; returns how many were unread."""
    return len(await tx.fetch(QUERIES["mark_read"], user_id, ids, up_to, kept))


async def forget_notifications(db: Database, batch: int) -> int:
    """Drop up to `batch` whose time is over; returns how many."""
    return len(await db.fetch(QUERIES["forget_notifications"], batch))
