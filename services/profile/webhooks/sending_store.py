"""What senders read and write of deliveries: one function per query."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.kernel import sql
from services.kernel.crypto import Sealed
from services.kernel.db import Database, Row, Transaction
from services.profile.webhooks.model import Claimed, DisabledReason
from services.profile.webhooks.schedule import Result, Verdict

QUERIES = sql.beside(__file__)


@dataclass(frozen=True, slots=True)
class Receiver:
    """The webhook of a claimed delivery."""

    webhook_id: UUID
    user_id: UUID
    url: str
    is_active: bool
    failing_for: timedelta
    """How long nothing has arrived; zero while it does."""
    attempt: int
    """The delivery's tries, this one included."""


async def claim_deliveries(
    tx: Transaction, limit: int, lease: timedelta, *, per_host: int, per_user: int
) -> list[Claimed]:
    """Take what is due, within what may be sent at once to a host and for a user."""
    await tx.execute(QUERIES["lock_claims"])
    rows = await tx.fetch(QUERIES["claim_deliveries"], limit, lease, per_host, per_user)
    return [
        Claimed(
            row["id"],
            row["webhook_id"],
            row["fence"],
            row["url"],
            row["payload"],
            tuple(_secrets(row)),
        )
        for row in rows
    ]


def _secrets(row: Row) -> Iterator[tuple[str, Sealed]]:
    for column in ("secret", "previous_secret") if row["has_previous"] else ("secret",):
        parts = (row[f"{column}_{part}"] for part in ("ct", "nonce", "key_id"))
        yield column, Sealed(*parts)


async def lock_receiver(tx: Transaction, delivery_id: UUID, fence: int) -> Receiver | None:
    """The webhook of a claimed delivery, held; None when the fence is old."""
    row = await tx.fetchrow(QUERIES["lock_delivered_webhook"], delivery_id, fence)
    if row is None:
        return None
    return Receiver(
        webhook_id=row["id"],
        user_id=row["user_id"],
        url=row["url"],
        is_active=row["is_active"],
        failing_for=row["failing_for"] or timedelta(0),
        attempt=row["attempt"],
    )


async def finish_delivery(
    tx: Transaction, delivery_id: UUID, fence: int, result: Result, verdict: Verdict
) -> bool:
    """Record how a try went; False when it was recorded before, or is another's by now."""
    finished = await tx.fetchval(
        QUERIES["finish_delivery"],
        delivery_id,
        fence,
        verdict.state.value,
        verdict.pause,
        result.status,
        result.excerpt,
        result.error,
        result.elapsed_ms,
    )
    return finished is not None


async def note_arrival(tx: Transaction, webhook_id: UUID) -> None:
    """Something has arrived at a webhook."""
    await tx.execute(QUERIES["note_arrival"], webhook_id)


async def note_failure(tx: Transaction, webhook_id: UUID) -> None:
    """Something has not arrived at a webhook."""
    await tx.execute(QUERIES["note_failure"], webhook_id)


async def disable_webhook(tx: Transaction, webhook_id: UUID, reason: DisabledReason) -> int | None:
    """Switch a webhook off, and miss what was to be sent; its version, or None when it was off."""
    version: int | None = await tx.fetchval(QUERIES["disable_webhook"], webhook_id, reason.value)
    if version is not None:
        await tx.execute(QUERIES["miss_deliveries"], webhook_id)
    return version


async def park_deliveries(db: Database, batch: int) -> int:
    """Miss up to `batch` that are due at webhooks that are off; returns how many."""
    return len(await db.fetch(QUERIES["park_deliveries"], batch))


async def forget_previous_secrets(tx: Transaction) -> None:
    """Forget secrets that sign no more."""
    await tx.execute(QUERIES["forget_previous_secrets"])


async def forget_deliveries(db: Database, kept: timedelta, batch: int) -> int:
    """Drop up to `batch` that ended longer ago than `kept`; returns how many."""
    return len(await db.fetch(QUERIES["forget_deliveries"], kept, batch))
