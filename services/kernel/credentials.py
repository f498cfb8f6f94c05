"""Service credentials: each process signs its own short tokens, everyone knows the public keys.

A token is a JWT (`typ` svc+jwt, EdDSA, 60 s): `sub` svc:<caller>, `aud` svc:<target>, so one that
leaks opens one service for a minute.
"""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.kernel import jwt
from services.kernel.config import MeshSettings
from services.kernel.errors import Unauthenticated

TYPE = "svc+jwt"
LIFE_SECONDS = 60
RENEW_BEFORE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class _Issued:
    token: str
    renew_at: float


class Signer:
    """Signs as one caller; a token is used again until it is about to end."""

    def __init__(self, name: str, mesh: MeshSettings) -> None:
        """Raises ValueError when MESH_SIGNING_KEYS has no key for `name`."""
        seed = mesh.signing_keys.get(name)
        if seed is None:
            raise ValueError(f"MESH_SIGNING_KEYS has no key for {name!r}")
        self._name = name
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed.get_secret_value()))
        self._issued: dict[str, _Issued] = {}

    def token_for(self, target: str) -> str:
        """A token that `target` accepts now."""
        now = time.time()
        issued = self._issued.get(target)
        if issued is None or issued.renew_at <= now:
            issued = self._issued[target] = self._issue(target, now)
        return issued.token

    def _issue(self, target: str, now: float) -> _Issued:
        claims = {
            "iss": "inergize",
            "sub": f"svc:{self._name}",
            "aud": f"svc:{target}",
            "iat": int(now),
            "exp": int(now) + LIFE_SECONDS,
        }
        token = jwt.sign(self._key, {"typ": TYPE, "kid": self._name}, claims)
        return _Issued(token, now + LIFE_SECONDS - RENEW_BEFORE_SECONDS)


class Verifier:
    """Checks credentials presented to one service; good ones are remembered until they end."""

    def __init__(self, target: str, public_keys: Mapping[str, str]) -> None:
        self._audience = f"svc:{target}"
        self._keys = {
            name: Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
            for name, key in public_keys.items()
        }
        self._known: dict[str, tuple[str, float]] = {}

    def caller(self, token: str) -> str:
        """The name of the process that signed. Raises Unauthenticated."""
        name, ends_at = self._known.get(token, ("", 0.0))
        if ends_at > time.time():
            return name
        if len(self._known) > len(self._keys) * 16:
            self._known.clear()
        name, ends_at = self._verify(token)
        self._known[token] = (name, ends_at)
        return name

    def _verify(self, token: str) -> tuple[str, float]:
        try:
            parsed = jwt.parse(token, TYPE)
            jwt.verify(parsed, self._keys[parsed.key_id])
            claims = jwt.check_claims(parsed.claims, issuer="inergize", audience=self._audience)
        except (jwt.TokenError, KeyError):
            raise Unauthenticated from None
        if claims["sub"] != f"svc:{parsed.key_id}":
            raise Unauthenticated
        return parsed.key_id, float(claims["exp"])
