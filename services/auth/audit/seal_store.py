"""Seals and what they cover, in PostgreSQL: one function per query."""

from collections.abc import AsyncIterator
from datetime import datetime

from services.auth.audit.events import QUERIES
from services.auth.audit.model import GENESIS, Seal, SealedRow
from services.kernel.db import Database, Row, Transaction

PAGE = 2_000


async def horizon(source: Database | Transaction) -> tuple[int, datetime]:
    """The first transaction that may still be running, and the database's time."""
    row = await source.fetchrow(QUERIES["horizon"])
    assert row is not None, "it always has one row"
    return row["tx"], row["at"]


async def lock_seals(tx: Transaction) -> None:
    """Be the only one to seal until the transaction ends."""
    await tx.execute(QUERIES["lock_seals"])


async def last_seal(source: Database | Transaction) -> Seal:
    """The newest seal; GENESIS when there is none."""
    row = await source.fetchrow(QUERIES["last_seal"])
    return GENESIS if row is None else Seal(**row)


async def list_seals(db: Database, from_id: int, limit: int) -> list[Seal]:
    """Up to `limit` seals from an id on, in their order."""
    return [Seal(**row) for row in await db.fetch(QUERIES["list_seals"], from_id, limit)]


async def add_seal(tx: Transaction, seal: Seal) -> None:
    """Append a seal to the chain."""
    await tx.execute(
        QUERIES["add_seal"],
        seal.id,
        seal.from_tx,
        seal.to_tx,
        seal.row_count,
        seal.rows_hash,
        seal.previous_hash,
        seal.sealed_at,
        seal.key_id,
        seal.seal_hash,
        seal.signature,
    )


async def first_tx(tx: Transaction, from_tx: int, to_tx: int) -> int | None:
    """The first transaction in a range that wrote a row."""
    found: int | None = await tx.fetchval(QUERIES["first_tx"], from_tx, to_tx)
    return found


async def tx_of_row(tx: Transaction, from_tx: int, to_tx: int, rows: int) -> int | None:
    """The transaction of the row after so many rows of a range."""
    found: int | None = await tx.fetchval(QUERIES["tx_of_row"], from_tx, to_tx, rows)
    return found


async def sealed_rows(
    source: Database | Transaction, from_tx: int, to_tx: int
) -> AsyncIterator[tuple[SealedRow, bool]]:
    """The rows of a range in their order, each with whether its data is intact; a page at once."""
    after_id: int | None = None
    while True:
        rows = await source.fetch(QUERIES["sealed_rows"], from_tx, to_tx, after_id, PAGE)
        for row in rows:
            yield _sealed_row(row), row["is_data_intact"]
        if len(rows) < PAGE:
            return
        from_tx, after_id = rows[-1]["tx"], rows[-1]["id"]


async def count_unsealed(db: Database, from_tx: int) -> int:
    """Rows from this transaction on."""
    row = await db.fetchrow(QUERIES["count_unsealed"], from_tx)
    assert row is not None, "a count is always there"
    return int(row[0])


def _sealed_row(row: Row) -> SealedRow:
    return SealedRow(
        id=row["id"],
        tx=row["tx"],
        at=row["at"],
        table_name=row["table_name"],
        operation=row["operation"],
        row_id=row["row_id"],
        subject=row["subject"],
        actor=row["actor"],
        request_id=row["request_id"],
        changed=row["changed"],
        data_hash=row["data_hash"],
    )
