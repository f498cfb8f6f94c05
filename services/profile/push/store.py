"""Browsers that are pushed to, in PostgreSQL: one function per query."""

from uuid import UUID

from services.kernel import sql
from services.kernel.crypto import Sealed
from services.kernel.db import Database, Row, Transaction, constraint_errors
from services.kernel.paging import Position
from services.profile.errors import UserNotFound
from services.profile.push.model import Subscription

QUERIES = sql.beside(__file__)


async def add_subscription(
    tx: Transaction, user_id: UUID, subscription_id: UUID, *, name: str, endpoint: str, keys: Sealed
) -> Subscription:
    """Keep a browser; one that another user had is this one's now. Raises UserNotFound."""
    with constraint_errors(push_subscriptions_user_id_fkey=UserNotFound()):
        row = await tx.fetchrow(
            QUERIES["add_subscription"],
            user_id,
            name,
            endpoint,
            subscription_id,
            keys.ciphertext,
            keys.nonce,
            keys.key_id,
        )
    assert row is not None, "inserted or replaced"
    return _subscription(row)


async def drop_oldest(tx: Transaction, user_id: UUID, *, kept: int) -> None:
    """Forget a user's oldest browsers beyond `kept`."""
    await tx.execute(QUERIES["drop_oldest_subscriptions"], user_id, kept)


async def list_subscriptions(
    db: Database, user_id: UUID, *, after: Position | None, limit: int
) -> list[Subscription]:
    """A page, newest first."""
    rows = await db.fetch(
        QUERIES["list_subscriptions"],
        user_id,
        after and after.at,
        after and after.row_id,
        limit,
    )
    return [_subscription(row) for row in rows]


async def list_ids(tx: Transaction, user_id: UUID) -> list[UUID]:
    """All of a user's browsers."""
    return [row["id"] for row in await tx.fetch(QUERIES["list_subscription_ids"], user_id)]


async def get_target(
    db: Database, user_id: UUID, subscription_id: UUID
) -> tuple[str, Sealed] | None:
    """A browser's endpoint and its sealed keys; None when it is gone."""
    row = await db.fetchrow(QUERIES["get_target"], user_id, subscription_id)
    if row is None:
        return None
    return row["endpoint"], Sealed(row["keys_ct"], row["keys_nonce"], row["key_id"])


async def remove_subscription(tx: Transaction, user_id: UUID, subscription_id: UUID) -> bool:
    """Forget a browser; False when it is not the user's."""
    return await tx.fetchval(QUERIES["remove_subscription"], user_id, subscription_id) is not None


async def note_push(tx: Transaction, user_id: UUID, subscription_id: UUID) -> None:
    """Note that a browser was pushed to."""
    await tx.execute(QUERIES["note_push"], user_id, subscription_id)


async def get_vapid_key(source: Database | Transaction) -> Sealed | None:
    """The deployment's key; None before the first use."""
    row = await source.fetchrow(QUERIES["get_vapid_key"])
    if row is None:
        return None
    return Sealed(row["private_key_ct"], row["private_key_nonce"], row["key_id"])


async def keep_vapid_key(tx: Transaction, made: Sealed) -> Sealed:
    """Keep a key unless there is one; returns the one that is kept."""
    await tx.execute(QUERIES["add_vapid_key"], made.ciphertext, made.nonce, made.key_id)
    kept = await get_vapid_key(tx)
    assert kept is not None, "there is one by now"
    return kept


def _subscription(row: Row) -> Subscription:
    return Subscription(
        row["id"], row["name"], row["endpoint"], row["last_pushed_at"], row["created_at"]
    )
