"""What a service holds about a user: handed out for an archive, and erased for good.

Which tables those are is read from the database's own catalogue, so that a new one cannot be
forgotten: docs/decisions/0101-user-data-by-the-catalogue.md
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString, cast
from uuid import UUID

from services.kernel.db import Database
from services.kernel.sql import Queries

QUERIES = Queries(Path(__file__).with_suffix(".sql"))
BATCH = 5_000
"""Rows that one call erases at most."""
ROWS_AT_ONCE = 500
CHARACTERS_AT_ONCE = 256 * 1024

SECRET_COLUMNS = frozenset({"password_hash", "backup_codes"})
"""Never handed out. Columns of bytes are not either: what is bytes is sealed or a hash."""

Erase = Callable[[UUID], Awaitable[None]]
"""Erases something about a user; repeating it is harmless. What fails is tried again."""
Told = Callable[[dict[str, Any], UUID], dict[str, Any]]
"""A row of a user's, as that user may read it."""


@dataclass(frozen=True, slots=True)
class UserTable:
    """A table with rows about users, and its statements."""

    name: str
    read_rows: LiteralString
    erase_rows: LiteralString | None
    """None where the service may not delete: such rows go with those they belong to."""
    has_rows: LiteralString


@dataclass(frozen=True, slots=True)
class UserDataExtras:
    """What a room says about its users' data beside the tables of its own database."""

    databases: Sequence[Database] = ()
    """Further databases of the room."""
    erase_first: Sequence[Erase] = ()
    """What must go before the rows that tell about it: keys, files, rights at somebody else's."""
    kept: frozenset[str] = frozenset()
    """Tables that somebody else erases."""
    told: Mapping[str, Told] = field(default_factory=dict)
    """Tables whose rows say more than their user may read."""


class UserData:
    """Everything one service holds about its users."""

    def __init__(self, db: Database, extras: UserDataExtras) -> None:
        self._databases = [db, *extras.databases]
        self._extras = extras

    async def export(self, user_id: UUID) -> AsyncIterator[tuple[str, list[str]]]:
        """Rows as JSON, some at a time, by table; without secrets, each database as of one time."""
        seen: set[str] = set()
        for db in self._databases:
            # Two pools may lead to one database; its tables are told once.
            tables = [table for table in await user_tables(db) if table.name not in seen]
            seen |= {table.name for table in tables}
            async for table, rows in _read(db, tables, user_id):
                yield table, self._told(table, rows, user_id)

    def _told(self, table: str, rows: list[str], user_id: UUID) -> list[str]:
        told = self._extras.told.get(table)
        if told is None:
            return rows
        return [json.dumps(told(json.loads(row), user_id), ensure_ascii=False) for row in rows]

    async def erase(self, user_id: UUID) -> bool:
        """Erase a piece, some thousand rows at most; True when nothing is left."""
        for erase in self._extras.erase_first:
            await erase(user_id)
        budget = BATCH
        for db in self._databases:
            budget -= await self._erase_rows(db, user_id, budget)
            if budget <= 0:
                return False
        return not [db for db in self._databases if await self._has_rows(db, user_id)]

    async def _erase_rows(self, db: Database, user_id: UUID, budget: int) -> int:
        erased = 0
        for table in await self._tables(db):
            if table.erase_rows is None or erased >= budget:
                continue
            async with db.transaction() as tx:
                erased += await tx.fetchval(table.erase_rows, user_id, budget - erased)
        if erased < budget:
            # A pass over a week of messages: not for each of a large account's pieces.
            erased += await _erase_elsewhere(db, user_id, budget - erased)
        return erased

    async def _has_rows(self, db: Database, user_id: UUID) -> bool:
        for table in await self._tables(db):
            rows = await db.fetch(table.has_rows, user_id)
            if rows[0][0]:
                return True
        return False

    async def _tables(self, db: Database) -> list[UserTable]:
        return [table for table in await user_tables(db) if table.name not in self._extras.kept]


async def user_tables(db: Database) -> list[UserTable]:
    """The tables of a database that hold rows about users; those that refer to others first."""
    rows = await db.fetch(QUERIES["list_user_tables"], sorted(SECRET_COLUMNS))
    # The database has quoted the names; what it returns counts as literal.
    return [UserTable(*cast("Sequence[LiteralString]", tuple(row))) for row in rows]


async def _read(
    db: Database, tables: Sequence[UserTable], user_id: UUID
) -> AsyncIterator[tuple[str, list[str]]]:
    async with (
        db.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        for table in tables:
            rows: list[str] = []
            characters = 0
            async for row in connection.cursor(table.read_rows, user_id, prefetch=ROWS_AT_ONCE):
                rows.append(row[0])
                characters += len(row[0])
                if len(rows) == ROWS_AT_ONCE or characters > CHARACTERS_AT_ONCE:
                    yield table.name, rows
                    rows, characters = [], 0
            if rows:
                yield table.name, rows


async def _erase_elsewhere(db: Database, user_id: UUID, budget: int) -> int:
    async with db.transaction() as tx:
        await tx.execute(QUERIES["erase_cursors"], user_id)
        erased: int = await tx.fetchval(QUERIES["erase_mentions"], user_id, budget)
    return erased
