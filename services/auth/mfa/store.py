"""Second factors in PostgreSQL: one function per query."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from services.auth.mfa.model import Kind, Method
from services.auth.model import Addressee
from services.kernel import sql
from services.kernel.crypto import Sealed
from services.kernel.db import Database, Row, Transaction

QUERIES = sql.beside(__file__)


async def hold_owner(tx: Transaction, user_id: UUID) -> Addressee | None:
    """Hold an account until the transaction ends; None when it is switched off."""
    row = await tx.fetchrow(QUERIES["hold_owner"], user_id)
    return None if row is None else Addressee(*row)


async def hold_challenge_owner(tx: Transaction, token_hashes: list[bytes]) -> Addressee | None:
    """The same for the account that a challenge is for; None when there is no such challenge."""
    row = await tx.fetchrow(QUERIES["hold_challenge_owner"], token_hashes)
    return None if row is None else Addressee(*row)


async def find_password_hash(db: Database, user_id: UUID) -> str | None:
    """What an account's password is checked against."""
    row = await db.fetchrow(QUERIES["find_password_hash"], user_id)
    return None if row is None else row["password_hash"]


async def list_methods(source: Database | Transaction, user_id: UUID) -> list[Method]:
    """A user's methods, oldest first, those too that are not switched on yet."""
    return [_method(row) for row in await source.fetch(QUERIES["list_methods"], user_id)]


async def begin_method(
    tx: Transaction,
    user_id: UUID,
    kind: Kind,
    *,
    secret: Sealed | None,
    phone_number: str | None,
    email: str | None,
) -> Method | None:
    """Enter a method that is being set up; None when it is switched on already."""
    row = await tx.fetchrow(
        QUERIES["begin_method"],
        user_id,
        kind,
        secret and secret.ciphertext,
        secret and secret.nonce,
        secret and secret.key_id,
        phone_number,
        email,
    )
    return None if row is None else _method(row)


async def enable_method(
    tx: Transaction, user_id: UUID, method_id: UUID, *, totp_step: int | None
) -> Method | None:
    """Switch a method on; None when it is gone or was switched on meanwhile."""
    row = await tx.fetchrow(QUERIES["enable_method"], user_id, method_id, totp_step)
    return None if row is None else _method(row)


async def remove_method(tx: Transaction, user_id: UUID, method_id: UUID) -> Method | None:
    """Remove a method; None when the user has no such method."""
    row = await tx.fetchrow(QUERIES["remove_method"], user_id, method_id)
    return None if row is None else _method(row)


async def keep_backup_codes(tx: Transaction, user_id: UUID, hashes: Sequence[str | None]) -> bool:
    """Replace the user's backup codes; False when no method is switched on that could hold them."""
    return await tx.fetchval(QUERIES["keep_backup_codes"], user_id, hashes) is not None


async def drop_unfinished_methods(tx: Transaction, *, age: timedelta, batch: int) -> int:
    """Forget methods begun at least `age` ago that were never switched on; returns how many."""
    return len(await tx.fetch(QUERIES["drop_unfinished_methods"], age, batch))


async def use_backup_code(
    tx: Transaction, user_id: UUID, method_id: UUID, *, position: int, stored: str
) -> int | None:
    """Use the code at a position (from 1) up: how many are left; None when it was used before."""
    left: int | None = await tx.fetchval(
        QUERIES["use_backup_code"], user_id, method_id, position, stored
    )
    return left


async def use_totp_step(tx: Transaction, user_id: UUID, method_id: UUID, step: int) -> bool:
    """Use a time step up; False when it or a later one was used before."""
    return await tx.fetchval(QUERIES["use_totp_step"], user_id, method_id, step) is not None


async def lock_left(tx: Transaction, user_id: UUID) -> timedelta | None:
    """How long no code of the user's is compared; None when codes are."""
    left: timedelta | None = await tx.fetchval(QUERIES["lock_left"], user_id)
    return left


async def count_user_try(
    tx: Transaction,
    user_id: UUID,
    *,
    free_tries: int,
    first_pause: timedelta,
    longest_pause: timedelta,
) -> int:
    """Count a try against all of the user's challenges; how many in a row that makes.

    From `free_tries` on each closes the door for a while.
    """
    in_a_row: int | None = await tx.fetchval(
        QUERIES["count_user_try"], user_id, free_tries, first_pause, longest_pause
    )
    return in_a_row or 0


async def give_user_try_back(tx: Transaction, user_id: UUID, *, free_tries: int) -> None:
    """Take a try back that was not compared, and the pause it has led to."""
    await tx.execute(QUERIES["give_user_try_back"], user_id, free_tries)


async def forgive_tries(tx: Transaction, user_id: UUID) -> None:
    """Begin counting anew."""
    await tx.execute(QUERIES["forgive_tries"], user_id)


def _method(row: Row) -> Method:
    secret = None
    if row["secret_ct"] is not None:
        secret = Sealed(row["secret_ct"], row["secret_nonce"], row["secret_key_id"])
    return Method(
        method_id=row["id"],
        kind=row["method"],
        is_enabled=row["is_enabled"],
        phone_number=row["phone_number"] or "",
        created_at=row["created_at"],
        secret=secret,
        backup_codes=tuple(row["backup_codes"] or ()),
    )
