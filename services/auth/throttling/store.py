"""Counted tries in PostgreSQL: one function per query."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.auth.throttling.model import Count
from services.kernel import sql
from services.kernel.db import Database, Transaction

QUERIES = sql.beside(__file__)

Keyed = tuple[str, bytes]
"""A subject's kind and keyed hash."""


async def longest_wait(db: Database, subjects: Sequence[Keyed]) -> timedelta | None:
    """How long a try has to wait; None for not at all."""
    row = await db.fetchrow(QUERIES["longest_wait"], *_columns(subjects))
    return None if row is None else row[0]


async def hold_counts(tx: Transaction, subjects: Sequence[Keyed]) -> list[Count]:
    """What has been counted for each, held until the transaction ends."""
    rows = await tx.fetch(QUERIES["hold_counts"], *_columns(subjects))
    return [Count(**row) for row in rows]


async def write_counts(tx: Transaction, counts: Sequence[Count]) -> None:
    """Enter counts of subjects that are held."""
    await tx.execute(
        QUERIES["write_counts"],
        [count.kind for count in counts],
        [count.key for count in counts],
        [count.failures for count in counts],
        [count.counted_at for count in counts],
        [count.blocked_until for count in counts],
    )


async def forget_counts(tx: Transaction, subjects: Sequence[Keyed]) -> None:
    """Begin anew with these."""
    await tx.execute(QUERIES["forget_counts"], *_columns(subjects))


async def note_told(tx: Transaction, count: Count, *, gap: timedelta) -> bool:
    """Note that the owner is told of a lock; False when that was done within `gap`."""
    return await tx.fetchval(QUERIES["note_told"], count.kind, count.key, gap) is not None


async def mirror(
    tx: Transaction, user_id: UUID, failures: int, locked_until: datetime | None
) -> None:
    """Show administrators what was counted for the user's account."""
    if locked_until is None:
        await tx.execute(QUERIES["mirror_failures"], user_id, failures)
    else:
        await tx.execute(QUERIES["mirror_lock"], user_id, failures, locked_until)


async def mirror_nothing(tx: Transaction, email: str) -> None:
    """Show that nothing is counted for the account any more."""
    await tx.execute(QUERIES["mirror_nothing"], email)


async def sweep_counts(tx: Transaction, *, age: timedelta, batch: int) -> int:
    """Forget counts that are older; returns how many."""
    return len(await tx.fetch(QUERIES["sweep_counts"], age, batch))


def _columns(subjects: Sequence[Keyed]) -> tuple[list[str], list[bytes]]:
    return [kind for kind, _ in subjects], [key for _, key in subjects]
