"""Profile's data: one function per query."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.kernel import sql
from services.kernel.db import Database, Transaction, constraint_errors
from services.profile.connection.capabilities import Capability
from services.profile.errors import AccountTaken
from services.profile.linkedin.model import TokenSet, UserInfo
from services.profile.model import (
    Connection,
    ConnectionState,
    Credentials,
    Profile,
    SealedTokens,
    TokenVersion,
)

QUERIES = sql.beside(__file__)
LONGEST_URL = 500
"""Characters, as the table has it."""


async def get_connection(db: Database, user_id: UUID) -> Connection:
    """A user's connection, disconnected when there never was one."""
    row = await db.fetchrow(QUERIES["get_connection"], user_id)
    return Connection(ConnectionState.DISCONNECTED) if row is None else Connection.from_row(row)


async def get_profile(db: Database, user_id: UUID) -> Profile | None:
    """A user's profile as last read; None before the first connect."""
    row = await db.fetchrow(QUERIES["get_profile"], user_id)
    return None if row is None else Profile.from_row(row)


def member_columns(info: UserInfo) -> tuple[str | None, dict[str, Any]]:
    """What is stored of a member: the picture, if its address fits, and what else they told."""
    url = info.picture_url
    told = {
        "name": info.name,
        "given_name": info.given_name,
        "family_name": info.family_name,
        "locale": info.locale,
        "email": info.email,
        "email_verified": info.is_email_verified,
    }
    return None if url is None or len(url) > LONGEST_URL else url, told


async def put_profile(tx: Transaction, user_id: UUID, info: UserInfo) -> None:
    """Store the member a user has signed in as. Raises AccountTaken."""
    await tx.execute(QUERIES["forget_other_account"], user_id, info.subject)
    with constraint_errors(linkedin_profiles_linkedin_id_key=AccountTaken()):
        await tx.execute(QUERIES["put_profile"], user_id, info.subject, *member_columns(info))


def token_columns(sealed: SealedTokens, granted: TokenSet) -> tuple[Any, ...]:
    """What is stored of tokens, as `put_tokens` and `put_refreshed` take it."""
    return (
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


async def put_tokens(
    tx: Transaction, user_id: UUID, sealed: SealedTokens, granted: TokenSet
) -> TokenVersion:
    """Store what a consent granted, in place of what was there."""
    row = await tx.fetchrow(QUERIES["put_tokens"], user_id, *token_columns(sealed, granted))
    assert row is not None
    return TokenVersion(row["id"], row["version"])


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
