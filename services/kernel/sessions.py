"""How services other than Auth learn about sessions and keys: from Redis, else from Auth."""

import asyncio
import base64
import json
import time
from dataclasses import asdict
from uuid import UUID

import grpc
import redis.asyncio as redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from inergize.auth.v1 import auth_internal_service_pb2 as internal
from inergize.auth.v1 import auth_pb2, auth_service_pb2
from inergize.auth.v1.auth_internal_service_pb2_grpc import AuthInternalServiceStub
from inergize.auth.v1.auth_service_pb2_grpc import AuthServiceStub
from redis.exceptions import RedisError

from services.kernel.callers import ApiKeyFacts, SessionFacts
from services.kernel.clients import Mesh
from services.kernel.errors import ApiKeyEnded, SessionEnded
from services.kernel.session_use import SessionUse

KEYS_LIFE_SECONDS = 60.0
KEYS_RETRY_SECONDS = 2.0
_UNKNOWN = (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT)


def session_key(user_id: UUID, session_id: UUID) -> str:
    """Where Auth keeps a session's facts."""
    return f"session:{{{user_id}}}:{session_id}"


def dump_facts(facts: SessionFacts) -> str:
    """Facts as Auth stores them in Redis; no token is among them."""
    return json.dumps(asdict(facts))


class RemoteSessions:
    """Sessions, from Redis; from Auth when Redis does not know or does not answer."""

    def __init__(self, client: redis.Redis, mesh: Mesh) -> None:
        self._redis = client
        self._use = SessionUse(client)
        self._auth = AuthInternalServiceStub(mesh.channel("auth"))

    async def facts(self, session_id: UUID, user_id: UUID) -> SessionFacts:
        """Raises SessionEnded; AioRpcError when nobody could be asked."""
        try:
            stored = await self._redis.get(session_key(user_id, session_id))
        except (RedisError, OSError):
            stored = None
        if stored is not None:
            await self._use.note(session_id)
            return SessionFacts(**json.loads(stored))
        return await self._ask_auth(session_id, user_id)

    async def api_key(self, key: str) -> ApiKeyFacts:
        """Raises ApiKeyEnded; AioRpcError when nobody could be asked."""
        try:
            reply = await self._auth.CheckApiKey(internal.CheckApiKeyRequest(api_key=key))
        except grpc.aio.AioRpcError as refused:
            if refused.code() in _UNKNOWN:
                raise ApiKeyEnded from None
            raise
        return ApiKeyFacts(
            api_key_id=UUID(reply.api_key_id),
            user_id=UUID(reply.user_id),
            tier=_tier(reply.subscription_tier),
            time_zone=reply.time_zone,
            scopes=frozenset(reply.scopes),
        )

    async def _ask_auth(self, session_id: UUID, user_id: UUID) -> SessionFacts:
        request = internal.CheckCallerRequest(session_id=str(session_id), user_id=str(user_id))
        try:
            reply = await self._auth.CheckCaller(request)
        except grpc.aio.AioRpcError as refused:
            if refused.code() is grpc.StatusCode.NOT_FOUND:
                raise SessionEnded from None
            raise
        return SessionFacts(
            role=auth_pb2.Role.Name(reply.role).removeprefix("ROLE_").lower(),
            tier=_tier(reply.subscription_tier),
            auth_level=reply.auth_level,
            time_zone=reply.time_zone,
            tokens_valid_after=reply.tokens_valid_after_time.ToNanoseconds() / 1e9,
            authenticated_at=reply.authenticated_time.ToNanoseconds() / 1e9,
        )


class RemoteKeys:
    """Auth's public keys, read again every minute and when an unknown key turns up."""

    def __init__(self, mesh: Mesh) -> None:
        self._auth = AuthServiceStub(mesh.channel("auth"))
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def public_key(self, key_id: str) -> Ed25519PublicKey | None:
        """The key; None when Auth has no such key."""
        age = time.monotonic() - self._read_at
        is_unknown = key_id not in self._keys and age > KEYS_RETRY_SECONDS
        if is_unknown or age > KEYS_LIFE_SECONDS:
            await self._read(self._read_at)
        return self._keys.get(key_id)

    async def _read(self, seen: float) -> None:
        async with self._reading:
            if self._read_at != seen:
                return  # another call has just read them
            reply = await self._auth.GetJwks(auth_service_pb2.GetJwksRequest())
            self._keys = {key.kid: public_key_from_x(key.x) for key in reply.keys}
            self._read_at = time.monotonic()


def _tier(tier: auth_pb2.SubscriptionTier.ValueType) -> str:
    return auth_pb2.SubscriptionTier.Name(tier).removeprefix("SUBSCRIPTION_TIER_").lower()


def public_key_from_x(x: str) -> Ed25519PublicKey:
    """The key in a JWK's `x` (RFC 8037)."""
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))
