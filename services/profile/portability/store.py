"""How far logs have been read, in PostgreSQL: one function per query."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.kernel import sql
from services.kernel.db import Database, Transaction
from services.profile.linkedin.changelog import Change

QUERIES = sql.beside(__file__)


@dataclass(frozen=True, slots=True)
class Due:
    """Whose log is to be read, from where."""

    user_id: UUID
    read_until: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """How far a log has been read.

    LinkedIn counts the beginning in, so the changes of that very time are told again with every
    reading: `last_ids` are theirs. What was made of them may be forgotten by then.
    """

    read_until: datetime | None
    last_ids: frozenset[str]

    def has_read(self, change: Change) -> bool:
        """Whether a change is the one at which the last reading ended, or of the same time."""
        return change.change_id in self.last_ids

    def after(self, changes: Sequence[Change]) -> "Place":
        """The place when these have been read too; it never goes back."""
        times = [change.processed_at for change in changes]
        until = max([*times, *([self.read_until] if self.read_until else [])], default=None)
        ids = {change.change_id for change in changes if change.processed_at == until} - {""}
        return Place(until, self.last_ids | ids if until == self.read_until else frozenset(ids))


async def claim_due(
    db: Database, scopes: Collection[str], *, lease: timedelta, limit: int
) -> list[Due]:
    """Whose log is to be read now, each by one process."""
    async with db.transaction() as tx:
        await tx.execute(QUERIES["begin_changelogs"], sorted(scopes))
        rows = await tx.fetch(QUERIES["claim_due"], sorted(scopes), lease, limit)
    return [Due(row["user_id"], row["read_until"]) for row in rows]


async def hold_place(tx: Transaction, user_id: UUID) -> Place | None:
    """How far a log has been read, held for this transaction; None for a user who is gone."""
    row = await tx.fetchrow(QUERIES["hold_place"], user_id)
    return None if row is None else Place(row["read_until"], frozenset(row["last_ids"]))


async def note_read(
    tx: Transaction, user_id: UUID, place: Place, pause: timedelta, *, is_last: bool
) -> None:
    """Say how far a log has been read; `is_last` when that is its end."""
    await tx.execute(
        QUERIES["note_read"], user_id, place.read_until, sorted(place.last_ids), pause, is_last
    )


async def note_refused(tx: Transaction, user_id: UUID, reason: str, pause: timedelta) -> None:
    """Say that LinkedIn does not tell."""
    await tx.execute(QUERIES["note_refused"], user_id, reason, pause)


async def list_invited(tx: Transaction, user_id: UUID, others: Collection[str]) -> frozenset[str]:
    """Which of these members the user is known to have invited."""
    rows = await tx.fetch(QUERIES["list_invited"], user_id, sorted(others))
    return frozenset(row["member_urn"] for row in rows)


async def add_to_figure(
    tx: Transaction, user_id: UUID, subject_urn: str, metric_type: str, more: int
) -> int:
    """Add to a total, and return it."""
    total: int = await tx.fetchval(
        QUERIES["add_to_figure"], user_id, subject_urn, metric_type, more
    )
    return total
