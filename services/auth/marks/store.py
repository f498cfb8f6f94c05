"""Marks in PostgreSQL: one function per query."""

from dataclasses import dataclass
from datetime import timedelta

from services.kernel import sql
from services.kernel.db import Database, Transaction

QUERIES = sql.beside(__file__)


@dataclass(frozen=True, slots=True)
class Mark:
    """One address and password, as far as they are kept."""

    email_key: bytes
    password_mark: bytes


async def add_mark(tx: Transaction, mark: Mark, *, life: timedelta, most: int) -> bool:
    """Note a mark, unless its address has had so many within `life`; whether it was known."""
    was_known = await tx.fetchval(
        QUERIES["add_mark"], mark.email_key, mark.password_mark, life, most
    )
    return bool(was_known)


async def try_mark(db: Database, mark: Mark, *, life: timedelta) -> bool | None:
    """Note a try; whether it was the mark's first. None for a mark not noted within `life`."""
    row = await db.fetchrow(QUERIES["try_mark"], mark.email_key, mark.password_mark, life)
    return None if row is None else not row["was_tried"]


async def remove_mark(tx: Transaction, mark: Mark) -> None:
    """Forget a mark."""
    await tx.execute(QUERIES["remove_mark"], mark.email_key, mark.password_mark)


async def sweep_marks(tx: Transaction, *, life: timedelta, batch: int) -> int:
    """Forget older marks; returns how many."""
    return len(await tx.fetch(QUERIES["sweep_marks"], life, batch))
