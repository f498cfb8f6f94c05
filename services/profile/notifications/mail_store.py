"""Mails and digests in PostgreSQL: one function per query."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.kernel.db import Database, Transaction
from services.profile.notifications.model import Notification
from services.profile.notifications.store import QUERIES


async def begin_digest(tx: Transaction, user_id: UUID) -> bool:
    """Have a digest come; False when one is coming already. Holds it until `tx` ends."""
    is_new: bool = await tx.fetchval(QUERIES["begin_digest"], user_id)
    return is_new


async def hold_digest(tx: Transaction, user_id: UUID, message_id: UUID) -> bool:
    """Hold a coming digest until `tx` ends; False when none is coming, or another sends it."""
    is_free: bool | None = await tx.fetchval(QUERIES["hold_digest"], user_id, message_id)
    return bool(is_free)


async def take_digest(tx: Transaction, user_id: UUID, message_id: UUID, lease: timedelta) -> None:
    """Have the digest sent by this message alone, until `lease` is over."""
    await tx.execute(QUERIES["take_digest"], user_id, message_id, lease)


async def take_forgotten_digests(tx: Transaction, limit: int) -> list[UUID]:
    """Whose digests nobody looks at any more, up to `limit`."""
    return [row["user_id"] for row in await tx.fetch(QUERIES["take_forgotten_digests"], limit)]


async def end_digest(tx: Transaction, user_id: UUID) -> None:
    """Have no digest come."""
    await tx.execute(QUERIES["end_digest"], user_id)


async def drop_digest(tx: Transaction, user_id: UUID) -> None:
    """Have no digest come, and leave out of later ones what waited for it."""
    await end_digest(tx, user_id)
    await tx.execute(QUERIES["drop_from_digest"], user_id)


async def list_for_digest(tx: Transaction, user_id: UUID, *, limit: int) -> list[Notification]:
    """What waits for the digest and was not read meanwhile, oldest first."""
    rows = await tx.fetch(QUERIES["list_for_digest"], user_id, limit)
    return [Notification.from_row(row) for row in rows]


async def get_unmailed(db: Database, user_id: UUID, notification_id: UUID) -> Notification | None:
    """A notification that was neither mailed nor read; None for another."""
    row = await db.fetchrow(QUERIES["get_unmailed"], user_id, notification_id)
    return None if row is None else Notification.from_row(row)


async def set_mailed(tx: Transaction, user_id: UUID, ids: Sequence[UUID]) -> None:
    """Note that a mail told of these."""
    await tx.execute(QUERIES["set_mailed"], user_id, ids)


async def now(tx: Transaction) -> datetime:
    """The database's time."""
    at: datetime = await tx.fetchval(QUERIES["database_time"])
    return at
