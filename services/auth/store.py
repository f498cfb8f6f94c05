"""Accounts and one-time tokens in PostgreSQL: one function per query."""

from datetime import timedelta
from uuid import UUID

from services.auth.errors import TokenInvalid, UserNotFound
from services.auth.model import Addressee, Credentials, NewAccount, User
from services.kernel import sql
from services.kernel.crypto import TokenHash
from services.kernel.db import Database, Transaction

QUERIES = sql.beside(__file__)


async def drop_abandoned(tx: Transaction, email: str, *, age: timedelta) -> None:
    """Free the address from an account at least `age` old that nobody ever proved to own.

    Whose address it is may never have known of the account: the audit log forgets them too.
    """
    dropped: UUID | None = await tx.fetchval(QUERIES["drop_abandoned"], email, age)
    if dropped is not None:
        await tx.execute(QUERIES["forget_in_audit"], dropped)


async def add_user(
    tx: Transaction,
    account: NewAccount,
    password_hash: str,
    *,
    role: str = "member",
    is_verified: bool = False,
) -> UUID | None:
    """Open an account; None when the address is taken."""
    user_id: UUID | None = await tx.fetchval(
        QUERIES["add_user"],
        account.email,
        password_hash,
        account.first_name,
        account.last_name,
        account.time_zone,
        account.language,
        role,
        is_verified,
    )
    return user_id


async def find_owner(tx: Transaction, email: str) -> Addressee | None:
    """Whose address it is, whatever its case."""
    row = await tx.fetchrow(QUERIES["find_owner"], email)
    return None if row is None else Addressee(*row)


async def take_password(tx: Transaction, user_id: UUID, password_hash: str) -> bool:
    """Replace the password of an account that nobody has proved; False for a proved one."""
    return await tx.fetchval(QUERIES["take_password"], user_id, password_hash) is not None


async def new_id(tx: Transaction) -> UUID:
    """An id like any row's, for an account that does not exist."""
    made: UUID = await tx.fetchval(QUERIES["new_id"])
    return made


async def find_credentials(db: Database, email: str) -> Credentials | None:
    """What signing in with this address checks."""
    row = await db.fetchrow(QUERIES["find_credentials"], email)
    return None if row is None else Credentials(*row)


async def hold_credentials(tx: Transaction, known: Credentials) -> bool:
    """Hold an account whose password was checked; False when it was changed meanwhile."""
    held = await tx.fetchval(QUERIES["hold_credentials"], known.user_id, known.password_changed_at)
    return held is not None


async def replace_password_hash(tx: Transaction, user_id: UUID, *, old: str, new: str) -> None:
    """Store a stronger hash of the same password, unless the password has changed."""
    await tx.execute(QUERIES["replace_password_hash"], user_id, old, new)


async def get_user(source: Database | Transaction, user_id: UUID, *, grace: timedelta) -> User:
    """An account; it is erased `grace` after that was asked for.

    Raises UserNotFound, also when it is switched off.
    """
    row = await source.fetchrow(QUERIES["get_user"], user_id, grace)
    if row is None:
        raise UserNotFound
    return User(*row)


async def set_linkedin_connected(
    tx: Transaction, user_id: UUID, *, is_connected: bool, announcement: int
) -> None:
    """Note whether LinkedIn is connected, unless a later announcement is. Raises UserNotFound."""
    query = QUERIES["set_linkedin_connected"]
    if await tx.fetchval(query, user_id, is_connected, announcement) is None:
        raise UserNotFound


async def promote(tx: Transaction, user_id: UUID) -> bool:
    """Make the account an administrator's; False when its address was never proved."""
    return await tx.fetchval(QUERIES["promote"], user_id) is not None


async def add_one_time_token(
    tx: Transaction,
    user_id: UUID,
    purpose: str,
    token: TokenHash,
    *,
    bound_to: str,
    life: timedelta,
) -> UUID:
    """Store a token's hash; `bound_to` is the address it is good for. Returns the row's id."""
    token_id: UUID = await tx.fetchval(
        QUERIES["add_one_time_token"], user_id, purpose, token.digest, token.key_id, bound_to, life
    )
    return token_id


async def lock_token_owner(tx: Transaction, purpose: str, token_hashes: list[bytes]) -> None:
    """Hold the account a token is for, before the token itself: the other way round deadlocks."""
    await tx.execute(QUERIES["lock_token_owner"], purpose, token_hashes)


async def use_one_time_token(
    tx: Transaction, purpose: str, token_hashes: list[bytes]
) -> tuple[UUID, str]:
    """Redeem a token once: its user and what it is bound to. Raises TokenInvalid."""
    row = await tx.fetchrow(QUERIES["use_one_time_token"], purpose, token_hashes)
    if row is None:
        raise TokenInvalid
    return row["user_id"], row["bound_to"]


async def void_one_time_tokens(tx: Transaction, user_id: UUID, purpose: str) -> None:
    """Make the user's earlier tokens of this purpose worthless."""
    await tx.execute(QUERIES["void_one_time_tokens"], user_id, purpose)


async def find_registration(tx: Transaction, token_hashes: list[bytes]) -> UUID | None:
    """Whose registration a token stands for; None for a token that stands for none."""
    user_id: UUID | None = await tx.fetchval(QUERIES["find_registration"], token_hashes)
    return user_id


async def mark_verified(tx: Transaction, user_id: UUID, email: str) -> None:
    """Note that `email` is the user's. Raises TokenInvalid when it no longer is."""
    if await tx.fetchval(QUERIES["mark_verified"], user_id, email) is None:
        raise TokenInvalid


async def lock_unverified(tx: Transaction, user_id: UUID) -> Addressee | None:
    """Hold an account that waits for its verification; None when it does not."""
    row = await tx.fetchrow(QUERIES["lock_unverified"], user_id)
    return None if row is None else Addressee(*row)


async def is_verification_due(
    tx: Transaction,
    user_id: UUID,
    *,
    shortest: timedelta,
    longest: timedelta,
    patience: timedelta,
) -> bool:
    """Whether another verification mail may go out: gaps double between the two bounds.

    None goes to an account that was opened longer ago than `patience`.
    """
    due = await tx.fetchval(QUERIES["is_verification_due"], user_id, shortest, longest, patience)
    return bool(due)
