"""Moves sealed values under the first encryption key while they are read and written.

Rows are held for the milliseconds that a batch takes, and a batch skips rows that others hold. It
may end at any point and begin again: what is under the first key is not looked at.
Source: docs/decisions/0113-reencryption-is-online.md
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, LiteralString, cast

import asyncpg
import structlog

from services.kernel.crypto import NONCE_BYTES, CryptoError, Keys, Sealed
from services.kernel.db import Database, Row
from services.kernel.sealed_columns import SealedColumn
from services.kernel.sql import Queries

QUERIES = Queries(Path(__file__).with_suffix(".sql"))
log = structlog.get_logger()

BATCH = 100
"""Rows held at a time: a few milliseconds of AES, in which nobody else may change them."""
PASSES = 20
"""Then whoever still holds or writes rows under an old key has to be looked at by a person."""
PAUSE_SECONDS = 0.2
"""Between passes, for those who hold rows to let go of them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one column is."""

    column: SealedColumn
    done: int = 0
    refused: int = 0
    """Values that do not open: altered, moved, or under a key that is not configured."""
    left: int = 0
    """Rows still under another key, the refused among them."""


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class _Statements:
    """The statements for one column."""

    count_rows: LiteralString
    take_rows: LiteralString
    put_row: LiteralString
    before_all: str


class Reencryption:
    """Re-encrypts one service's sealed columns."""

    def __init__(
        self, db: Database, keys: Keys, columns: Sequence[SealedColumn], *, batch: int = BATCH
    ) -> None:
        self._db = db
        self._keys = keys
        self._columns = columns
        self._batch = batch

    async def run(self, on_progress: OnProgress = lambda _: None) -> list[Progress]:
        """Re-encrypt every column; tells after each batch, returns how each column ended.

        Raises CryptoError when no key is configured.
        """
        first_key_id = self._keys.first_key_id
        return [await self._column(each, first_key_id, on_progress) for each in self._columns]

    async def _column(
        self, column: SealedColumn, first_key_id: str, on_progress: OnProgress
    ) -> Progress:
        statements = await self._statements(column)
        progress = Progress(column)
        for _ in range(PASSES):
            left = await self._left(statements, first_key_id)
            progress = replace(progress, refused=0, left=left)
            on_progress(progress)
            async for done, refused in self._pass(column, statements, first_key_id):
                progress = replace(
                    progress,
                    done=progress.done + done,
                    refused=progress.refused + refused,
                    left=max(progress.left - done, 0),
                )
                on_progress(progress)
            # Others may have written under an old key, or held what was skipped.
            progress = replace(progress, left=await self._left(statements, first_key_id))
            if progress.left <= progress.refused:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        return progress

    async def _pass(
        self, column: SealedColumn, statements: _Statements, first_key_id: str
    ) -> AsyncIterator[tuple[int, int]]:
        """Go once through the column; for each batch, how many were done and refused."""
        after: object = statements.before_all
        while True:
            try:
                rows, refused = await self._one_batch(column, statements, first_key_id, after)
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                return
            if not rows:
                return
            yield len(rows) - refused, refused
            after = rows[-1]["place"]

    async def _one_batch(
        self, column: SealedColumn, statements: _Statements, first_key_id: str, after: object
    ) -> tuple[list[Row], int]:
        async with self._db.transaction() as tx:
            await tx.execute(QUERIES["wait_briefly"])
            rows = await tx.fetch(statements.take_rows, first_key_id, after, self._batch)
            changes = [each for row in rows if (each := self._change(column, row)) is not None]
            if changes:
                await tx.executemany(statements.put_row, changes)
        return rows, len(rows) - len(changes)

    def _change(self, column: SealedColumn, row: Row) -> tuple[Any, ...] | None:
        """The arguments of `put_row`; None when the value does not open, which is an incident."""
        ciphertext: bytes = row["ciphertext"]
        nonce = ciphertext[:NONCE_BYTES] if row["nonce"] is None else row["nonce"]
        try:
            sealed = column.resealed(
                self._keys, Sealed(ciphertext, nonce, row["key_id"]), row["owner"]
            )
        except CryptoError:
            log.critical(
                "sealed_value_refused",
                column=f"{column.table}.{column.name}",
                row=str(row["place"]),
                key_id=row["key_id"],
            )
            return None
        change = (row["place"], sealed.ciphertext, sealed.key_id)
        return change if column.is_data_key else (*change, sealed.nonce)

    async def _left(self, statements: _Statements, first_key_id: str) -> int:
        rows = await self._db.fetch(statements.count_rows, first_key_id)
        return int(rows[0][0])

    async def _statements(self, column: SealedColumn) -> _Statements:
        row = await self._db.fetchrow(
            QUERIES["reencryption_statements"],
            column.table,
            column.ciphertext_column,
            column.nonce_column,
            column.key_id_column,
            column.owner,
        )
        if row is None:
            raise LookupError(f"{column.table} does not exist or has no single primary key")
        # The database has quoted the names; what it returns counts as literal.
        return _Statements(*cast("Sequence[LiteralString]", tuple(row)))
