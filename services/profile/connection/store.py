"""The life of tokens in PostgreSQL: one function per query."""

from datetime import datetime, timedelta
from uuid import UUID

from services.kernel import sql
from services.kernel.db import Database, Transaction
from services.profile.connection.model import Ending, Leased, sealed_from_row, version_from_row
from services.profile.linkedin.model import TokenSet
from services.profile.model import SealedTokens, TokenVersion
from services.profile.store import token_columns

QUERIES = sql.beside(__file__)


async def list_due_refreshes(db: Database, *, ahead: timedelta, limit: int) -> list[UUID]:
    """Whose token ends within `ahead` and may be refreshed now; the most urgent first."""
    rows = await db.fetch(QUERIES["list_due_refreshes"], ahead, limit)
    return [row["user_id"] for row in rows]


async def lease_refresh(tx: Transaction, user_id: UUID, lease: timedelta) -> Leased | None:
    """The right to refresh; None while another has it, or without a refresh token."""
    row = await tx.fetchrow(QUERIES["lease_refresh"], user_id, lease)
    return None if row is None else Leased.from_row(row)


async def put_refreshed(
    tx: Transaction, version: TokenVersion, sealed: SealedTokens, granted: TokenSet
) -> bool:
    """Store a refreshed token; False when the connection has changed meanwhile."""
    kept = await tx.fetchval(
        QUERIES["put_refreshed"],
        version.row_id,
        version.number,
        *token_columns(sealed, granted),
    )
    return kept is not None


async def put_off_refresh(
    tx: Transaction, version: TokenVersion, pause: timedelta, *, when_over: timedelta
) -> None:
    """Let nobody ask again before the pause is over: `when_over` once the token has ended."""
    query = QUERIES["put_off_refresh"]
    await tx.execute(query, version.row_id, version.number, pause, when_over)


async def drop_refresh_token(
    tx: Transaction, version: TokenVersion
) -> tuple[TokenVersion, datetime, bool] | None:
    """Forget a dead refresh token: the new version, the access token's end, and if that is over.

    None when the connection has changed meanwhile.
    """
    row = await tx.fetchrow(QUERIES["drop_refresh_token"], version.row_id, version.number)
    return None if row is None else (version_from_row(row), row["expires_at"], row["is_over"])


async def refuse_token(tx: Transaction, version: TokenVersion, reason: str) -> bool | None:
    """Note that LinkedIn refused a token: whether it can be refreshed; None for an old story."""
    found: bool | None = await tx.fetchval(
        QUERIES["refuse_token"], version.row_id, version.number, reason
    )
    return found


async def list_ending(
    db: Database, *, ahead: timedelta, after: UUID | None, limit: int
) -> list[Ending]:
    """Whose token ends within `ahead` and cannot be refreshed, by user."""
    rows = await db.fetch(QUERIES["list_ending"], ahead, after, limit)
    return [Ending.from_row(row) for row in rows]


async def next_announcement(tx: Transaction) -> int:
    """A number that orders what is announced of a user, once their profile's row is held."""
    number: int = await tx.fetchval(QUERIES["next_announcement"])
    return number


async def move_to_revocations(tx: Transaction, user_id: UUID) -> UUID | None:
    """Take a user's tokens out of use; what names them until LinkedIn is told, None without any."""
    moved: UUID | None = await tx.fetchval(QUERIES["move_to_revocations"], user_id)
    return moved


async def deactivate_profile(tx: Transaction, user_id: UUID) -> str | None:
    """End a connection: LinkedIn's id of the member; None when there is no connection."""
    linkedin_id: str | None = await tx.fetchval(QUERIES["deactivate_profile"], user_id)
    return linkedin_id


async def get_revocation(db: Database, revocation_id: UUID) -> tuple[UUID, SealedTokens] | None:
    """Whose tokens are to be given back, and the tokens; None when that is done."""
    row = await db.fetchrow(QUERIES["get_revocation"], revocation_id)
    return None if row is None else (row["user_id"], sealed_from_row(row))


async def list_revocations(db: Database, user_id: UUID) -> list[UUID]:
    """What is still to be given back of one user."""
    return [row["id"] for row in await db.fetch(QUERIES["list_revocations"], user_id)]


async def delete_revocation(tx: Transaction, revocation_id: UUID) -> None:
    """Forget tokens that have been given back."""
    await tx.execute(QUERIES["delete_revocation"], revocation_id)


async def forget_revocations(db: Database, *, age: timedelta, limit: int) -> int:
    """Drop what could not be given back for that long; how many."""
    return len(await db.fetch(QUERIES["forget_revocations"], age, limit))
