"""The keys that sign access tokens: sealed in a table, which every process rereads."""

import asyncio
import base64
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.auth import store
from services.auth.model import StoredKey
from services.kernel import db, jwt
from services.kernel.callers import ACCESS_TYPE
from services.kernel.crypto import Keys, context
from services.kernel.sessions import public_key_from_x

REREAD_SECONDS = 5.0


class SigningKeys:
    """Signs, and says which keys have signed."""

    def __init__(self, database: db.Database, keys: Keys) -> None:
        self._db = database
        self._keys = keys
        self._stored: Sequence[StoredKey] = ()
        self._public: Mapping[str, Ed25519PublicKey] = {}
        self._signer: tuple[str, Ed25519PrivateKey] | None = None
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def prepare(self) -> None:
        """Make the first key, if this process is the first of all."""
        async with self._db.transaction() as tx:
            await store.lock_jwt_keys(tx)
            if not any(key.is_signing for key in await store.list_jwt_keys(tx)):
                await self._make(tx)
        await self._fresh()

    async def sign(self, claims: Mapping[str, Any]) -> str:
        """An access token with these claims, under the newest key."""
        await self._fresh()
        assert self._signer is not None, "prepare() first"
        key_id, key = self._signer
        return jwt.sign(key, {"typ": ACCESS_TYPE, "kid": key_id}, claims)

    async def public_key(self, key_id: str) -> Ed25519PublicKey | None:
        """The key that tokens with this id are checked with; None when there is none."""
        await self._fresh()
        return self._public.get(key_id)

    async def published(self) -> Sequence[StoredKey]:
        """Every key that may have signed a token that is still valid."""
        await self._fresh()
        return self._stored

    async def _make(self, tx: db.Transaction) -> None:
        key, key_id = Ed25519PrivateKey.generate(), secrets.token_hex(8)
        x = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).decode().rstrip("=")
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": key_id, "alg": "EdDSA", "use": "sig"}
        sealed = self._keys.seal(key.private_bytes_raw(), _place(key_id))
        await store.add_jwt_key(tx, key_id, jwk, sealed)

    async def _fresh(self) -> None:
        seen = self._read_at
        if time.monotonic() - seen < REREAD_SECONDS:
            return
        async with self._reading:
            if self._read_at == seen:  # else another call has just read them
                await self._read()

    async def _read(self) -> None:
        try:
            self._use(await store.list_jwt_keys(self._db))
        except db.UNAVAILABLE:
            # The keys of a moment ago are as good, if there are any.
            if self._signer is None:
                raise
        self._read_at = time.monotonic()

    def _use(self, stored: Sequence[StoredKey]) -> None:
        newest = next(key for key in stored if key.is_signing)
        if self._signer is None or self._signer[0] != newest.key_id:
            private = self._keys.open(newest.private, _place(newest.key_id))
            self._signer = newest.key_id, Ed25519PrivateKey.from_private_bytes(private)
        self._public = {key.key_id: public_key_from_x(key.x) for key in stored}
        self._stored = stored


def _place(key_id: str) -> bytes:
    return context("jwt_keys.private", key_id)
