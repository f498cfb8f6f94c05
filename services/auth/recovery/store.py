"""New passwords in PostgreSQL: one function per query."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.auth.model import Addressee
from services.kernel import sql
from services.kernel.db import Database, Transaction

QUERIES = sql.beside(__file__)


@dataclass(frozen=True, slots=True)
class Present:
    """A signed-in user's present password."""

    email: str
    password_hash: str
    changed_at: datetime | None


async def lock_resettable(tx: Transaction, email: str, *, patience: timedelta) -> Addressee | None:
    """Hold the account that a new password may be mailed for; None when there is none."""
    row = await tx.fetchrow(QUERIES["lock_resettable"], email, patience)
    return None if row is None else Addressee(*row)


async def is_reset_due(
    tx: Transaction, user_id: UUID, *, shortest: timedelta, longest: timedelta
) -> bool:
    """Whether another mail may go out: gaps double between the two bounds."""
    return bool(await tx.fetchval(QUERIES["is_reset_due"], user_id, shortest, longest))


async def find_reset(db: Database, token_hashes: list[bytes]) -> str | None:
    """The address a token is good for; None when it is good for nothing."""
    row = await db.fetchrow(QUERIES["find_reset"], token_hashes)
    return None if row is None else row["email"]


async def reset_password(
    tx: Transaction, user_id: UUID, email: str, password_hash: str
) -> Addressee | None:
    """Set the password of the account with this address; None when it has another by now."""
    row = await tx.fetchrow(QUERIES["reset_password"], user_id, email, password_hash)
    return None if row is None else Addressee(*row)


async def find_own(db: Database, user_id: UUID) -> Present | None:
    """The user's present password; None when the account is switched off."""
    row = await db.fetchrow(QUERIES["find_own"], user_id)
    return None if row is None else Present(*row)


async def change_password(
    tx: Transaction, user_id: UUID, present: Present, password_hash: str
) -> Addressee | None:
    """Replace the present password; None when it is the present one no longer."""
    row = await tx.fetchrow(QUERIES["change_password"], user_id, present.changed_at, password_hash)
    return None if row is None else Addressee(*row)


async def end_challenges(tx: Transaction, user_id: UUID) -> None:
    """Make the challenges worthless that the former password led to."""
    await tx.execute(QUERIES["end_challenges"], user_id)
