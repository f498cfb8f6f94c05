"""Analytics' tables in the main database: one typed function per query."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.analytics.errors import UserNotFound
from services.analytics.model import Batch, Event
from services.kernel import sql
from services.kernel.db import Database, Transaction, constraint_errors

QUERIES = sql.beside(__file__)

STALE_AFTER = timedelta(seconds=10)
"""A batch that is this old has been missed by the stream, or its consumer has died."""
LEASE = timedelta(seconds=30)


async def get_now(tx: Transaction) -> datetime:
    """The database's time."""
    now: datetime = await tx.fetchval(QUERIES["get_now"])
    return now


async def add_batch(tx: Transaction, events: Sequence[Event]) -> UUID:
    """Keep a batch until its events are in the time series; returns its id."""
    payload = {"events": [event.to_json() for event in events]}
    batch_id: UUID = await tx.fetchval(QUERIES["add_batch"], payload)
    return batch_id


async def list_open_batches(db: Database, batch_ids: Sequence[UUID]) -> list[Batch]:
    """Those of some batches that are not in the time series yet."""
    rows = await db.fetch(QUERIES["list_open_batches"], batch_ids)
    return [Batch(row["id"], row["payload"]) for row in rows]


async def claim_stale_batches(tx: Transaction, limit: int) -> list[UUID]:
    """Take over batches that nobody has taken in."""
    rows = await tx.fetch(QUERIES["claim_stale_batches"], STALE_AFTER, LEASE, limit)
    return [row["id"] for row in rows]


async def finish_batches(
    tx: Transaction, batch_ids: Sequence[UUID], *, error: str | None = None
) -> None:
    """End batches: their events are in the time series or, with an error, can never be."""
    await tx.execute(QUERIES["finish_batches"], batch_ids, error)


async def add_summary(tx: Transaction, user_id: UUID) -> None:
    """Begin a user's daily figures. Raises UserNotFound."""
    with constraint_errors(user_analytics_summary_user_id_fkey=UserNotFound()):
        await tx.execute(QUERIES["add_summary"], user_id)


async def take_out_of_batches(tx: Transaction, user_id: UUID) -> None:
    """Take a user's events out of the batches that wait."""
    await tx.execute(QUERIES["take_out_of_batches"], user_id)
