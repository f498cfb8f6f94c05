"""Profile's data: one function per query."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.kernel import sql
from services.kernel.db import Database, Transaction, constraint_errors
from services.profile.capabilities import Capability
from services.profile.errors import AccountTaken, AttemptMismatch, UserNotFound
from services.profile.linkedin_model import TokenSet
from services.profile.linkedin_transport import CallRecord
from services.profile.model import (
    Attempt,
    Connection,
    ConnectionState,
    Credentials,
    Known,
    Preferences,
    Profile,
    SealedTokens,
)

QUERIES = sql.beside(__file__)


async def add_preferences(tx: Transaction, user_id: UUID) -> None:
    """Give a user the defaults, unless they have preferences. Raises UserNotFound."""
    with constraint_errors(user_preferences_user_id_fkey=UserNotFound()):
        await tx.execute(QUERIES["add_preferences"], user_id)


async def get_preferences(db: Database, user_id: UUID) -> Preferences:
    """A user's preferences; the defaults for one who has none yet."""
    row = await db.fetchrow(QUERIES["get_preferences"], user_id)
    return Preferences() if row is None else Preferences.from_row(row)


async def get_connection(db: Database, user_id: UUID) -> Connection:
    """A user's connection, disconnected when there never was one."""
    row = await db.fetchrow(QUERIES["get_connection"], user_id)
    return Connection(ConnectionState.DISCONNECTED) if row is None else Connection.from_row(row)


async def get_profile(db: Database, user_id: UUID) -> Profile | None:
    """A user's profile as last read; None before the first connect."""
    row = await db.fetchrow(QUERIES["get_profile"], user_id)
    return None if row is None else Profile.from_row(row)


async def put_profile(
    tx: Transaction,
    user_id: UUID,
    linkedin_id: str,
    *,
    picture_url: str | None,
    profile_data: Mapping[str, Any],
) -> None:
    """Store the member a user has signed in as. Raises AccountTaken."""
    await tx.execute(QUERIES["forget_other_account"], user_id, linkedin_id)
    with constraint_errors(linkedin_profiles_linkedin_id_key=AccountTaken()):
        await tx.execute(QUERIES["put_profile"], user_id, linkedin_id, picture_url, profile_data)


async def put_tokens(
    tx: Transaction, user_id: UUID, sealed: SealedTokens, granted: TokenSet
) -> None:
    """Store what a consent granted, in place of what was there."""
    await tx.execute(
        QUERIES["put_tokens"],
        user_id,
        sealed.access_token_ct,
        sealed.access_token_nonce,
        sealed.refresh_token_ct,
        sealed.refresh_token_nonce,
        sealed.data_key,
        sealed.key_id,
        sorted(granted.scopes),
        granted.expires_at,
        granted.refresh_expires_at,
    )


async def put_capabilities(tx: Transaction, granted: Mapping[Capability, bool]) -> None:
    """Note which capabilities the application has, in one order so that no two calls deadlock."""
    for capability in sorted(granted, key=lambda each: each.name):
        await tx.execute(
            QUERIES["put_capability"],
            capability.name,
            capability.product,
            sorted(capability.scopes),
            granted[capability],
        )


async def get_credentials(db: Database, user_id: UUID) -> Credentials | None:
    """What acting as the member needs; None unless the connection is usable now."""
    row = await db.fetchrow(QUERIES["get_credentials"], user_id)
    return None if row is None else Credentials.from_row(row)


async def invalidate_token(tx: Transaction, user_id: UUID, version: int, reason: str) -> None:
    """Stop using a token, unless it has been replaced meanwhile."""
    await tx.execute(QUERIES["invalidate_token"], user_id, version, reason)


async def begin_attempt(tx: Transaction, attempt: Attempt) -> bool:
    """Claim an attempt id for sending; False when it is taken. Raises UserNotFound."""
    with constraint_errors(linkedin_attempts_user_id_fkey=UserNotFound()):
        claimed = await tx.fetchval(
            QUERIES["begin_attempt"], attempt.attempt_id, attempt.user_id, attempt.request_hash
        )
    return claimed is not None


async def get_attempt(db: Database, attempt: Attempt) -> Known | None:
    """What is known of an attempt; None when it never began.

    Raises AttemptMismatch when its id was used for another action or user.
    """
    row = await db.fetchrow(
        QUERIES["get_attempt"], attempt.attempt_id, attempt.user_id, attempt.request_hash
    )
    if row is None:
        return None
    if not row["is_same_action"]:
        raise AttemptMismatch
    return Known.from_row(row)


async def give_up_attempt(tx: Transaction, attempt: Attempt, error_code: str) -> None:
    """Call an attempt unknown that nobody is known to be sending."""
    await tx.execute(QUERIES["give_up_attempt"], attempt.attempt_id, attempt.user_id, error_code)


async def finish_attempt(tx: Transaction, attempt: Attempt, known: Known) -> None:
    """Record how an attempt ended."""
    await tx.execute(
        QUERIES["finish_attempt"],
        attempt.attempt_id,
        attempt.user_id,
        known.state.value,
        known.remote_id or None,
        known.status_code,
        known.error_code or None,
    )


async def add_api_calls(
    db: Database, user_id: UUID, attempt_id: UUID | None, calls: Sequence[CallRecord]
) -> None:
    """Note calls to LinkedIn; neither what was sent nor what came back."""
    await db.fetch(
        QUERIES["add_api_calls"],
        user_id,
        attempt_id,
        [call.endpoint for call in calls],
        [call.method for call in calls],
        [call.status_code for call in calls],
        [call.elapsed_ms for call in calls],
    )
