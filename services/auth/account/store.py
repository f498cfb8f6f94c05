"""Changes of an account, and its end, in PostgreSQL: one function per query."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.auth.account.errors import DeletionNotPending
from services.auth.account.model import Holder, Settings
from services.auth.errors import TokenInvalid, UserNotFound
from services.kernel import sql
from services.kernel.db import Database, Transaction, constraint_errors

QUERIES = sql.beside(__file__)


async def hold_account(tx: Transaction, user_id: UUID) -> Holder:
    """Hold an account until the transaction ends. Raises UserNotFound."""
    row = await tx.fetchrow(QUERIES["hold_account"], user_id)
    if row is None:
        raise UserNotFound
    return Holder(*row)


async def find_holder(tx: Transaction, user_id: UUID) -> Holder | None:
    """Whose account it is, for a mail; None when it is switched off."""
    row = await tx.fetchrow(QUERIES["find_holder"], user_id)
    return None if row is None else Holder(*row)


async def put_settings(tx: Transaction, user_id: UUID, settings: Settings) -> None:
    """Store what the user may change."""
    await tx.execute(
        QUERIES["put_settings"],
        user_id,
        settings.first_name,
        settings.last_name,
        settings.time_zone,
        settings.language,
        settings.avatar_url,
        settings.phone,
    )


async def put_pending_email(tx: Transaction, user_id: UUID, email: str | None) -> None:
    """Note the address a change leads to."""
    await tx.execute(QUERIES["put_pending_email"], user_id, email)


async def time_to_next_change(
    tx: Transaction, user_id: UUID, *, shortest: timedelta, longest: timedelta
) -> timedelta:
    """How long until another change of address may begin; not positive: now."""
    seconds: float = await tx.fetchval(
        QUERIES["seconds_to_next_change"], user_id, shortest, longest
    )
    return timedelta(seconds=seconds)


async def end_change_tokens(tx: Transaction, user_id: UUID) -> None:
    """Make the tokens of earlier changes worthless."""
    await tx.execute(QUERIES["end_change_tokens"], user_id)


async def call_change_off(tx: Transaction, user_id: UUID) -> None:
    """Let nothing come of a pending change of address."""
    await end_change_tokens(tx, user_id)
    await put_pending_email(tx, user_id, None)


async def confirm_side(
    tx: Transaction, user_id: UUID, token_hashes: list[bytes], addresses: Sequence[str]
) -> None:
    """Redeem a token that was mailed to one of `addresses`. Raises TokenInvalid."""
    if await tx.fetchval(QUERIES["confirm_side"], user_id, token_hashes, addresses) is None:
        raise TokenInvalid


async def count_open_sides(tx: Transaction, user_id: UUID) -> int:
    """How many sides of the pending change are still to be confirmed."""
    count: int = await tx.fetchval(QUERIES["count_open_sides"], user_id)
    return count


async def move_to_pending_email(tx: Transaction, user_id: UUID) -> None:
    """Make the change. Raises TokenInvalid when somebody else has the address by now."""
    with constraint_errors(users_email_lower_key=TokenInvalid()):
        await tx.execute(QUERIES["move_to_pending_email"], user_id)


async def hold_lapsed_changes(tx: Transaction, limit: int) -> list[UUID]:
    """Hold accounts whose pending change no token can complete any more."""
    return [row["id"] for row in await tx.fetch(QUERIES["hold_lapsed_changes"], limit)]


async def forget_lapsed_changes(tx: Transaction, user_ids: Sequence[UUID]) -> None:
    """Forget where the pending changes of these led, unless another has begun meanwhile."""
    await tx.execute(QUERIES["forget_lapsed_changes"], user_ids)


async def ask_for_erasure(tx: Transaction, user_id: UUID, grace: timedelta) -> datetime | None:
    """Enter the wish to be erased; None when it was entered before."""
    at: datetime | None = await tx.fetchval(QUERIES["ask_for_erasure"], user_id, grace)
    return at


async def take_erasure_back(tx: Transaction, user_id: UUID) -> None:
    """Keep the account after all. Raises DeletionNotPending."""
    if await tx.fetchval(QUERIES["take_erasure_back"], user_id) is None:
        raise DeletionNotPending


async def begin_due_erasures(
    tx: Transaction, *, grace: timedelta, begin_again_after: timedelta, limit: int
) -> list[UUID]:
    """Switch off accounts whose time has come."""
    rows = await tx.fetch(QUERIES["begin_due_erasures"], grace, begin_again_after, limit)
    return [row["id"] for row in rows]


async def get_now(tx: Transaction) -> datetime:
    """The database's time."""
    now: datetime = await tx.fetchval(QUERIES["get_now"])
    return now


async def has_begun_erasure(db: Database, user_id: UUID) -> bool:
    """Whether the account is being erased, or has gone."""
    row = await db.fetchrow(QUERIES["has_begun_erasure"], user_id)
    return row is None or bool(row[0])


async def delete_user(tx: Transaction, user_id: UUID) -> bool:
    """Delete an account with all that refers to it; False when it has gone."""
    return await tx.fetchval(QUERIES["delete_user"], user_id) is not None


async def forget_in_audit(tx: Transaction, user_id: UUID) -> UUID | None:
    """Take the meaning from the user's pseudonym in the audit log, and return it."""
    pseudonym: UUID | None = await tx.fetchval(QUERIES["get_pseudonym"], user_id)
    await tx.execute(QUERIES["forget_in_audit"], user_id)
    return pseudonym


async def copied_ids(db: Database, user_id: UUID) -> tuple[list[UUID], list[bytes]]:
    """Session ids and hashes of one-time tokens, under which Redis may have copies."""
    row = await db.fetchrow(QUERIES["copied_ids"], user_id)
    assert row is not None, "the query always has one row"
    return row["session_ids"], row["token_hashes"]
