"""Accounts for administrators, in PostgreSQL: one function per query."""

from datetime import timedelta
from uuid import UUID

from services.auth.admin.model import ManagedUser, UserFilter
from services.auth.errors import UserNotFound
from services.auth.model import User
from services.kernel import sql
from services.kernel.db import Database, Row, Transaction
from services.kernel.paging import Position

QUERIES = sql.beside(__file__)
_BESIDE_USER = 3
"""The last columns, which only administrators see."""


async def list_users(
    db: Database,
    wanted: UserFilter,
    after: Position | None,
    limit: int,
    *,
    grace: timedelta,
) -> list[ManagedUser]:
    """Up to `limit` accounts, newest first, after a place in that order."""
    created_at, user_id = (after.at, after.row_id) if after else (None, None)
    rows = await db.fetch(
        QUERIES["list_users"],
        wanted.email_prefix,
        wanted.tiers,
        wanted.only_suspended,
        created_at,
        user_id,
        limit,
        grace,
    )
    return [_managed(row) for row in rows]


async def get_managed_user(
    source: Database | Transaction, user_id: UUID, *, grace: timedelta
) -> ManagedUser:
    """An account, switched off or not. Raises UserNotFound."""
    row = await source.fetchrow(QUERIES["get_managed_user"], user_id, grace)
    if row is None:
        raise UserNotFound
    return _managed(row)


async def find_user(db: Database, email: str) -> UUID:
    """Whose address it is. Raises UserNotFound."""
    row = await db.fetchrow(QUERIES["find_user"], email)
    if row is None:
        raise UserNotFound
    found: UUID = row["id"]
    return found


async def lock_user(tx: Transaction, user_id: UUID) -> str:
    """Hold an account until the transaction ends; returns its address.

    Raises UserNotFound, also once its erasure has begun.
    """
    email: str | None = await tx.fetchval(QUERIES["lock_user"], user_id)
    if email is None:
        raise UserNotFound
    return email


async def suspend(tx: Transaction, user_id: UUID) -> bool:
    """Switch an account off; False when it is."""
    return await tx.fetchval(QUERIES["suspend"], user_id) is not None


async def reinstate(tx: Transaction, user_id: UUID) -> bool:
    """Switch an account on; False when it is."""
    return await tx.fetchval(QUERIES["reinstate"], user_id) is not None


def _managed(row: Row) -> ManagedUser:
    values = tuple(row)
    return ManagedUser(User(*values[:-_BESIDE_USER]), *values[-_BESIDE_USER:])
