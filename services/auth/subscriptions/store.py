"""Subscriptions in PostgreSQL: one function per query."""

from dataclasses import dataclass
from uuid import UUID

from services.auth.model import Addressee
from services.auth.subscriptions.model import Subscription
from services.kernel import sql
from services.kernel.db import Database, Transaction

QUERIES = sql.beside(__file__)


@dataclass(frozen=True, slots=True)
class Ended:
    """A subscription that has ended, and whose it was."""

    person: Addressee
    former_tier: str
    may_be_mailed: bool


async def effective_tier(source: Database | Transaction, user_id: UUID) -> str | None:
    """What the subscription is worth now; None when the account is unknown or switched off."""
    row = await source.fetchrow(QUERIES["effective_tier"], user_id)
    return None if row is None else row["tier"]


async def set_subscription(tx: Transaction, user_id: UUID, subscription: Subscription) -> bool:
    """Set it; False when its end has passed or the account is unknown."""
    row = await tx.fetchval(
        QUERIES["set_subscription"],
        user_id,
        subscription.tier,
        subscription.status,
        subscription.expires_at,
    )
    return row is not None


async def end_subscriptions(tx: Transaction, limit: int) -> list[Ended]:
    """End up to `limit` subscriptions whose time is over."""
    rows = await tx.fetch(QUERIES["end_subscriptions"], limit)
    return [
        Ended(
            Addressee(row["id"], row["email"], row["first_name"], row["language"]),
            row["former_tier"],
            row["may_be_mailed"],
        )
        for row in rows
    ]
