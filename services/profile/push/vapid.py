"""Says to push services who we are: one key pair a deployment, a signed token a message.

Source: RFC 8292.
"""

import base64
import json
import time
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from services.kernel.crypto import Keys, Sealed, context
from services.kernel.db import Database
from services.profile.push import store
from services.profile.push.encryption import point

TOKEN_SECONDS = 12 * 3600
"""A push service refuses more than a day."""
NUMBER_BYTES = 32
ASSOCIATED = context("push_keys.private_key", "vapid")


class Vapid:
    """The deployment's key pair, made when it is first needed and sealed."""

    def __init__(self, db: Database, keys: Keys, public_url: str) -> None:
        """`public_url` is whom a push service can turn to; plain HTTP names nobody."""
        self._db = db
        self._keys = keys
        self._contact = public_url if public_url.startswith("https://") else ""
        self._private_key: ec.EllipticCurvePrivateKey | None = None

    async def public_key(self) -> str:
        """What browsers subscribe with: a point on P-256, base64url."""
        return encoded(point((await self._key()).public_key()))

    async def authorization(self, endpoint: str) -> str:
        """The header by which the push service of that endpoint knows us."""
        key = await self._key()
        url = urlsplit(endpoint)
        claims = {
            "aud": f"{url.scheme}://{url.netloc}",
            "exp": int(time.time()) + TOKEN_SECONDS,
            **({"sub": self._contact} if self._contact else {}),
        }
        return f"vapid t={_signed(key, claims)}, k={encoded(point(key.public_key()))}"

    async def _key(self) -> ec.EllipticCurvePrivateKey:
        if self._private_key is None:
            sealed = await store.get_vapid_key(self._db) or await self._made()
            number = int.from_bytes(self._keys.open(sealed, ASSOCIATED), "big")
            self._private_key = ec.derive_private_key(number, ec.SECP256R1())
        return self._private_key

    async def _made(self) -> Sealed:
        """A new key, or that of another process which was faster."""
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        sealed = self._keys.seal(number.to_bytes(NUMBER_BYTES, "big"), ASSOCIATED)
        async with self._db.transaction() as tx:
            return await store.keep_vapid_key(tx, sealed)


def encoded(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _signed(key: ec.EllipticCurvePrivateKey, claims: dict[str, object]) -> str:
    """A JWT by ES256 (RFC 7518, section 3.4), whose signature is two bare numbers."""
    parts = ({"typ": "JWT", "alg": "ES256"}, claims)
    body = ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    r, s = decode_dss_signature(key.sign(body.encode(), ec.ECDSA(SHA256())))
    signature = r.to_bytes(NUMBER_BYTES, "big") + s.to_bytes(NUMBER_BYTES, "big")
    return f"{body}.{encoded(signature)}"
