"""Signing keys in PostgreSQL: one function per query."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.auth.signing.model import StoredKey
from services.kernel import sql
from services.kernel.crypto import Sealed
from services.kernel.db import Database, Row, Transaction

QUERIES = sql.beside(__file__)


async def lock_jwt_keys(tx: Transaction) -> None:
    """Be the only one to make a signing key until the transaction ends."""
    await tx.execute(QUERIES["lock_jwt_keys"])


async def list_jwt_keys(source: Database | Transaction) -> list[StoredKey]:
    """The keys of tokens that may still be valid, and of those to come; newest first."""
    return [_stored_key(row) for row in await source.fetch(QUERIES["list_jwt_keys"])]


async def add_jwt_key(
    tx: Transaction,
    key_id: str,
    public_jwk: Mapping[str, str],
    private: Sealed,
    *,
    lead: timedelta,
) -> datetime:
    """Store a new key; returns when it begins to sign: after `lead`, and after every other key."""
    not_before: datetime = await tx.fetchval(
        QUERIES["add_jwt_key"],
        key_id,
        public_jwk,
        private.ciphertext,
        private.nonce,
        private.key_id,
        lead,
    )
    return not_before


async def retire_jwt_keys(tx: Transaction, key_id: str, *, token_life: timedelta) -> None:
    """Let all other keys go, the newest of them `token_life` after this one begins to sign."""
    await tx.execute(QUERIES["retire_jwt_keys"], key_id, token_life)


async def forget_jwt_keys(db: Database) -> list[str]:
    """Delete the keys whose tokens have all expired; returns their ids."""
    return [row["kid"] for row in await db.fetch(QUERIES["forget_jwt_keys"])]


def _stored_key(row: Row) -> StoredKey:
    return StoredKey(
        key_id=row["kid"],
        x=row["x"],
        private=Sealed(row["private_ct"], row["private_nonce"], row["private_key_id"]),
        has_begun=row["has_begun"],
        not_before=row["not_before"],
        retire_at=row["retire_at"],
    )
