"""Signs access tokens, with keys that every process rereads from their table."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.auth.signing import store
from services.auth.signing.model import StoredKey
from services.auth.signing.rotation import MARGIN, make_key, place_of
from services.kernel import db, jwt
from services.kernel.callers import ACCESS_TYPE
from services.kernel.crypto import Keys
from services.kernel.errors import Unavailable
from services.kernel.sessions import public_key_from_x

REREAD_SECONDS = 5.0
log = structlog.get_logger()


class SigningKeys:
    """Signs, and says which keys have signed."""

    def __init__(self, database: db.Database, keys: Keys) -> None:
        self._db = database
        self._keys = keys
        self._stored: Sequence[StoredKey] = ()
        self._public: Mapping[str, Ed25519PublicKey] = {}
        self._signer: tuple[str, Ed25519PrivateKey] | None = None
        self._tried_at = self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Make the first key, if this process is the first of all."""
        async with self._db.transaction() as tx:
            await store.lock_jwt_keys(tx)
            if not any(key.has_begun for key in await store.list_jwt_keys(tx)):
                await make_key(tx, self._keys, timedelta(0))
        await self._fresh()

    async def watch(self) -> None:
        """Begin to reread the keys every few seconds, whoever asks for them."""
        self._watching = asyncio.create_task(self._keep_fresh(REREAD_SECONDS))

    async def close(self) -> None:
        """Stop rereading."""
        if self._watching is not None:
            self._watching.cancel()

    async def sign(self, claims: Mapping[str, Any]) -> str:
        """An access token with these claims, under the newest key that has begun.

        Never waits for the database: whoever signs holds a connection and rows, and those who wait
        for the rows may hold every other connection. Raises Unavailable when the keys were read so
        long ago that this one may verify nothing any more.
        """
        assert self._signer is not None, "prepare() first"
        if time.monotonic() - self._read_at > MARGIN.total_seconds():
            raise Unavailable
        key_id, key = self._signer
        return jwt.sign(key, {"typ": ACCESS_TYPE, "kid": key_id}, claims)

    async def public_key(self, key_id: str) -> Ed25519PublicKey | None:
        """The key that tokens with this id are checked with; None when there is none."""
        await self._fresh()
        return self._public.get(key_id)

    async def published(self) -> Sequence[StoredKey]:
        """Every key that may have signed a token that is still valid, and those to come."""
        await self._fresh()
        return self._stored

    async def _keep_fresh(self, every_seconds: float) -> None:
        while True:
            await asyncio.sleep(every_seconds)
            try:
                await self._fresh()
            except Exception as failed:  # noqa: BLE001 - the next look may be luckier
                log.warning("signing_keys_not_read", error=type(failed).__name__)

    async def _fresh(self) -> None:
        seen = self._tried_at
        if time.monotonic() - seen < REREAD_SECONDS:
            return
        async with self._reading:
            if self._tried_at == seen:  # else another call has just read them
                await self._read()

    async def _read(self) -> None:
        began = self._tried_at = time.monotonic()
        try:
            self._use(await store.list_jwt_keys(self._db))
        except db.UNAVAILABLE:
            # The keys of a moment ago are as good, if there are any.
            if self._signer is None:
                raise
        else:
            self._read_at = began

    def _use(self, stored: Sequence[StoredKey]) -> None:
        newest = next(key for key in stored if key.has_begun)
        if self._signer is None or self._signer[0] != newest.key_id:
            private = self._keys.open(newest.private, place_of(newest.key_id))
            self._signer = newest.key_id, Ed25519PrivateKey.from_private_bytes(private)
        self._public = {key.key_id: public_key_from_x(key.x) for key in stored}
        self._stored = stored
