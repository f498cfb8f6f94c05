"""Connections that were begun: kept in Redis for ten minutes, under a hash, taken once."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import redis.asyncio as redis

from services.kernel.crypto import Keys, Sealed, context

LIFE_SECONDS = 600
"""Time for the member to consent. Source: RFC 9700, short-lived state of one use."""

VERIFIER = "oauth_state.verifier"


@dataclass(frozen=True, slots=True)
class Begun:
    """A connection that was begun, and by whom."""

    user_id: UUID
    nonce_hash: bytes
    """Of the nonce in the cookie of the browser that began."""
    redirect_uri: str
    code_verifier: str | None = field(default=None, repr=False)
    """Where LinkedIn has switched PKCE on."""


class States:
    """What was begun, by its state. Redis alone has it: when it is lost, the user begins again."""

    def __init__(self, client: redis.Redis, keys: Keys) -> None:
        self._redis = client
        self._keys = keys

    async def keep(self, state: str, begun: Begun) -> None:
        """Keep for ten minutes. Raises RedisError when it cannot be kept."""
        name = _name(self._keys.hash_token(state).digest)
        await self._redis.set(name, json.dumps(self._packed(begun)), ex=LIFE_SECONDS)

    async def take(self, state: str) -> Begun | None:
        """What was begun under a state, the first time it is asked for; None ever after.

        Raises RedisError when Redis does not answer.
        """
        for digest in self._keys.token_hashes(state):
            kept = await self._redis.getdel(_name(digest))
            if kept is not None:
                return self._unpacked(json.loads(kept))
        return None

    def _packed(self, begun: Begun) -> dict[str, Any]:
        return {
            "user_id": str(begun.user_id),
            "nonce_hash": begun.nonce_hash.hex(),
            "redirect_uri": begun.redirect_uri,
            "verifier": self._sealed(begun.code_verifier, begun.user_id),
        }

    def _unpacked(self, kept: dict[str, Any]) -> Begun:
        user_id = UUID(kept["user_id"])
        return Begun(
            user_id,
            bytes.fromhex(kept["nonce_hash"]),
            kept["redirect_uri"],
            self._opened(kept["verifier"], user_id),
        )

    def _sealed(self, verifier: str | None, user_id: UUID) -> list[str] | None:
        if verifier is None:
            return None
        sealed = self._keys.seal(verifier.encode(), context(VERIFIER, user_id))
        return [_text(sealed.ciphertext), _text(sealed.nonce), sealed.key_id]

    def _opened(self, kept: list[str] | None, user_id: UUID) -> str | None:
        if kept is None:
            return None
        ciphertext, nonce, key_id = kept
        sealed = Sealed(base64.b64decode(ciphertext), base64.b64decode(nonce), key_id)
        return self._keys.open(sealed, context(VERIFIER, user_id)).decode()


def _name(digest: bytes) -> str:
    return f"oauth_state:{{{digest.hex()}}}"


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
