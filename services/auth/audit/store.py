"""What the audit log tells, in PostgreSQL: one function per query."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.auth.audit.events import QUERIES
from services.auth.audit.model import Entry, Filter, Place, UserChange
from services.kernel.db import Database, Row


async def events_of_user(
    db: Database, user_id: UUID, wanted: Filter, after: tuple[datetime, int] | None, limit: int
) -> list[Entry]:
    """Up to `limit` entries about a user, newest first, after a place in that order."""
    at, entry_id = after or (None, None)
    rows = await db.fetch(
        QUERIES["events_of_user"],
        user_id,
        wanted.from_at,
        wanted.until_at,
        wanted.events,
        at,
        entry_id,
        limit,
    )
    return [_entry(row) for row in rows]


async def events_of_all(
    db: Database, wanted: Filter, after_id: int | None, limit: int
) -> list[Entry]:
    """Up to `limit` entries about anybody, newest first, older than `after_id`."""
    rows = await db.fetch(
        QUERIES["events_of_all"],
        wanted.from_at,
        wanted.until_at,
        wanted.events,
        after_id,
        limit,
    )
    return [_entry(row) for row in rows]


async def user_changes(db: Database, after: Place, to_tx: int, limit: int) -> list[UserChange]:
    """Up to `limit` changes of accounts after a place, of transactions before `to_tx`."""
    rows = await db.fetch(QUERIES["user_changes"], after.tx, after.row_id, to_tx, limit)
    return [
        UserChange(row["user_id"], row["changed"], row["at"], Place(row["tx"], row["id"]))
        for row in rows
    ]


async def create_month(db: Database, months_ahead: int) -> bool:
    """Make a month's partition; False when it is there.

    Raises asyncpg.LockNotAvailableError when the table is too busy.
    """
    async with db.transaction() as tx:
        await tx.execute(QUERIES["limit_lock_wait"])
        is_new: bool = await tx.fetchval(QUERIES["create_month"], months_ahead)
    return is_new


async def count_stray(db: Database) -> int:
    """Rows that lie in no month's partition."""
    row = await db.fetchrow(QUERIES["count_stray"])
    assert row is not None, "a count is always there"
    return int(row[0])


def _entry(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        at=row["at"],
        event=row["event"],
        actor=_actor(row),
        request_id=row["request_id"] or "",
        changed=row["changed"] or (),
        details=_details(row),
        user_id=row["user_id"],
        subject=row["subject"],
    )


def _actor(row: Row) -> str:
    """Who acted; whose account is erased keeps the pseudonym."""
    known = row["actor_user_id"]
    return f"user:{known}" if known is not None else row["actor"] or ""


def _details(row: Row) -> Mapping[str, Any]:
    old, new = row["old_data"], row["new_data"]
    if row["table_name"] == "security":
        return {key: value for key, value in (new or {}).items() if key != "event"}
    return {name: data for name, data in (("old", old), ("new", new)) if data is not None}
