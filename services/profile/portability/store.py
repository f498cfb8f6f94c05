"""How far logs have been read, in PostgreSQL: one function per query."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.kernel import sql
from services.kernel.db import Database, Transaction

QUERIES = sql.beside(__file__)


@dataclass(frozen=True, slots=True)
class Due:
    """Whose log is to be read, from where."""

    user_id: UUID
    read_until: datetime | None


async def claim_due(
    db: Database, scopes: Collection[str], *, lease: timedelta, limit: int
) -> list[Due]:
    """Whose log is to be read now, each by one process."""
    async with db.transaction() as tx:
        await tx.execute(QUERIES["begin_changelogs"], sorted(scopes))
        rows = await tx.fetch(QUERIES["claim_due"], sorted(scopes), lease, limit)
    return [Due(row["user_id"], row["read_until"]) for row in rows]


async def note_read(
    tx: Transaction, user_id: UUID, read_until: datetime | None, pause: timedelta
) -> None:
    """Say how far a log has been read."""
    await tx.execute(QUERIES["note_read"], user_id, read_until, pause)


async def note_refused(tx: Transaction, user_id: UUID, reason: str, pause: timedelta) -> None:
    """Say that LinkedIn does not tell."""
    await tx.execute(QUERIES["note_refused"], user_id, reason, pause)
