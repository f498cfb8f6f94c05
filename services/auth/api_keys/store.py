"""API keys in PostgreSQL: one function per query."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.auth.api_keys.errors import AccountEnding
from services.auth.api_keys.model import ApiKey
from services.auth.model import Addressee
from services.kernel import sql
from services.kernel.callers import ApiKeyFacts
from services.kernel.crypto import TokenHash
from services.kernel.db import Database, Row, Transaction
from services.kernel.paging import Position

QUERIES = sql.beside(__file__)


async def lock_owner(tx: Transaction, user_id: UUID) -> Addressee | None:
    """Hold the account that makes a key; None when it is closed. Raises AccountEnding."""
    row = await tx.fetchrow(QUERIES["lock_owner"], user_id)
    if row is None:
        return None
    if row["is_ending"]:
        raise AccountEnding
    return Addressee(row["id"], row["email"], row["first_name"], row["language"])


async def count_live(tx: Transaction, user_id: UUID) -> int:
    """How many of the account's keys are good."""
    count: int = await tx.fetchval(QUERIES["count_live"], user_id)
    return count


async def add_api_key(
    tx: Transaction,
    user_id: UUID,
    *,
    name: str,
    prefix: str,
    key: TokenHash,
    scopes: Sequence[str],
    expires_at: datetime | None,
    longest_life: timedelta,
) -> ApiKey | None:
    """Store a key that ends at `expires_at` or as late as it may; None for a time out of bounds."""
    row = await tx.fetchrow(
        QUERIES["add_api_key"],
        user_id,
        name,
        prefix,
        key.digest,
        key.key_id,
        scopes,
        expires_at,
        longest_life,
    )
    return None if row is None else _api_key(row)


async def list_api_keys(
    db: Database, user_id: UUID, *, prefix: str, after: Position | None, limit: int
) -> list[ApiKey]:
    """A page of an account's keys, newest first."""
    rows = await db.fetch(
        QUERIES["list_api_keys"],
        user_id,
        prefix,
        after and after.at,
        after and after.row_id,
        limit,
    )
    return [_api_key(row) for row in rows]


async def revoke_api_key(
    tx: Transaction, user_id: UUID, api_key_id: UUID
) -> tuple[str, bool] | None:
    """End a key: how it begins, and whether it was live; None when it is not the user's."""
    row = await tx.fetchrow(QUERIES["revoke_api_key"], user_id, api_key_id)
    return None if row is None else (row["prefix"], row["is_live"])


async def check_api_key(
    db: Database, key_hashes: list[bytes], *, gap: timedelta
) -> ApiKeyFacts | None:
    """Whose good key it is, noting its use unless that was done within `gap`; None for another."""
    row = await db.fetchrow(QUERIES["check_api_key"], key_hashes, gap)
    if row is None:
        return None
    return ApiKeyFacts(
        api_key_id=row["id"],
        user_id=row["user_id"],
        tier=row["subscription_tier"],
        time_zone=row["timezone"],
        scopes=frozenset(row["scopes"]),
    )


async def forget_api_keys(db: Database, *, kept: timedelta, batch: int) -> int:
    """Drop up to `batch` keys that ended longer ago than `kept`; returns how many."""
    return len(await db.fetch(QUERIES["forget_api_keys"], kept, batch))


def _api_key(row: Row) -> ApiKey:
    return ApiKey(
        api_key_id=row["id"],
        name=row["name"],
        prefix=row["prefix"],
        scopes=tuple(row["scopes"]),
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
