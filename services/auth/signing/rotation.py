"""New signing keys in place of old ones, without refusing a single token on the way.

A new key is published first and signs only when everybody knows it; the old one verifies until the
last token it has signed is over. Source: docs/decisions/0098-signing-keys-overlap.md
"""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.auth.signing import store
from services.auth.signing.model import StoredKey
from services.kernel.config import AuthSettings
from services.kernel.crypto import Keys, context
from services.kernel.db import Database, Transaction
from services.kernel.periodic import Cursor, PeriodicJob

LEAD = timedelta(seconds=60)
SHORTEST_LEAD = timedelta(seconds=20)
"""Auth's processes reread keys every 5 s and Envoy every 10 s; the others when they meet one."""
MARGIN = timedelta(seconds=60)
"""For a process that goes on signing with the old key until it rereads, and for slow clocks."""
STOLEN_LIFE = timedelta(seconds=10)
"""Of a stolen key after its successor has begun, so that Auth's own processes change over first."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Successor:
    """A key that has been made."""

    key_id: str
    not_before: datetime
    """When it begins to sign."""


class Rotation:
    """Makes signing keys and deletes those that are over."""

    def __init__(self, db: Database, keys: Keys, auth: AuthSettings) -> None:
        self._db = db
        self._keys = keys
        self._token_life = timedelta(seconds=auth.access_token_seconds) + MARGIN

    async def rotate(self, lead: timedelta = LEAD, *, is_stolen: bool = False) -> Successor:
        """Make a key that signs after `lead`; the present one then verifies what it has signed.

        When that one `is_stolen`, it verifies nothing ten seconds after the new one has begun.
        """
        async with self._db.transaction() as tx:
            await store.lock_jwt_keys(tx)
            made = await make_key(tx, self._keys, lead)
            life = STOLEN_LIFE if is_stolen else self._token_life
            await store.retire_jwt_keys(tx, made.key_id, token_life=life)
        return made

    async def listed(self) -> Sequence[StoredKey]:
        """The keys that sign, verify or wait; newest first."""
        return await store.list_jwt_keys(self._db)

    def job(self) -> PeriodicJob:
        """Deletes keys whose tokens are all over, every hour."""

        async def run(_: Cursor) -> Cursor:
            for key_id in await store.forget_jwt_keys(self._db):
                log.info("signing_key_deleted", key_id=key_id)
            return None

        return PeriodicJob("forget_signing_keys", every=timedelta(hours=1), run=run)


async def make_key(tx: Transaction, keys: Keys, lead: timedelta) -> Successor:
    """Store a new key; the caller holds the lock."""
    key, key_id = Ed25519PrivateKey.generate(), secrets.token_hex(8)
    x = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).decode().rstrip("=")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": key_id, "alg": "EdDSA", "use": "sig"}
    sealed = keys.seal(key.private_bytes_raw(), place_of(key_id))
    return Successor(key_id, await store.add_jwt_key(tx, key_id, jwk, sealed, lead=lead))


def place_of(key_id: str) -> bytes:
    """What binds a sealed private key to its row."""
    return context("jwt_keys.private", key_id)
