"""Auth's copies in Redis. None is the only copy: a failing Redis costs time, never an answer.

A copy is written while its session's row is locked and deleted after the commit that ends it, so a
deletion always comes last; one that fails is tried again until it succeeds, and once more at start.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any, Literal, get_args
from uuid import UUID

import redis.asyncio as redis
import structlog
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from services.auth.model import Device, Session
from services.kernel.sessions import dump_facts, session_key

COPY_LIFE = timedelta(days=1)
USER_SET_LIFE = timedelta(days=30)
WRITE_SECONDS = 0.25
"""Rows are locked meanwhile, so a Redis that hangs is not waited for."""
RETRY_SECONDS = 0.5
First = Literal["address_taken", "change_to_taken"]
"""What is done for a user at most once in a while."""
log = structlog.get_logger()


class Cache:
    """What other processes look up instead of asking Auth."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._owed: set[tuple[UUID, UUID]] = set()
        self._retrying: asyncio.Task[None] | None = None

    async def remember(self, session: Session, device: Device | None = None) -> None:
        """Copy what the session says of its user; no token is in it."""
        life = min(int(COPY_LIFE.total_seconds()), session.life_seconds)
        if life <= 0:
            return
        key = session_key(session.user_id, session.session_id)
        meta: dict[Any, Any] = {"lastAccessed": session.issued_at.isoformat()}
        if device is not None:
            meta |= {"ipAddress": str(device.address or ""), "userAgent": device.user_agent}

        def write(batch: Pipeline) -> None:
            batch.set(key, dump_facts(session.facts), ex=life)
            batch.hset(f"{key}:meta", mapping=meta)
            batch.expire(f"{key}:meta", life)
            batch.sadd(_user_set(session.user_id), str(session.session_id))
            batch.expire(_user_set(session.user_id), USER_SET_LIFE)

        await self._write(write)

    async def forget(self, user_id: UUID, session_ids: Iterable[UUID]) -> None:
        """Delete the copies of sessions that have ended or changed; keeps trying on failure."""
        self._owed |= {(user_id, session_id) for session_id in session_ids}
        if not await self._settle() and (self._retrying is None or self._retrying.done()):
            self._retrying = asyncio.create_task(self._keep_settling())

    async def remember_token(self, token_hash: bytes, token_id: UUID, life: timedelta) -> None:
        """Copy a one-time token's id under its hash."""
        await self._write(lambda batch: batch.set(_otp(token_hash), str(token_id), ex=life))

    async def forget_tokens(self, token_hashes: Iterable[bytes]) -> None:
        """Delete the copies of tokens that were used."""
        keys = [_otp(token_hash) for token_hash in token_hashes]
        await self._write(lambda batch: [batch.delete(key) for key in keys])

    async def is_first(self, user_id: UUID, what: First, life: timedelta) -> bool:
        """Whether this is the first time within `life`; also when Redis cannot say."""
        key = _first(user_id, what)
        marked = await self._guarded(lambda: self._redis.set(key, "1", ex=life, nx=True))
        return marked is not None

    async def close(self) -> None:
        """Stop trying."""
        if self._retrying is not None:
            self._retrying.cancel()

    async def _settle(self) -> bool:
        owed = set(self._owed)

        def write(batch: Pipeline) -> None:
            for user_id, session_id in owed:
                key = session_key(user_id, session_id)
                batch.delete(key)
                batch.delete(f"{key}:meta")
                batch.srem(_user_set(user_id), str(session_id))

        if owed and not await self._write(write):
            return False
        self._owed -= owed
        return True

    async def _keep_settling(self) -> None:
        while self._owed:
            await asyncio.sleep(RETRY_SECONDS)
            await self._settle()

    async def _write(self, fill: Callable[[Pipeline], object]) -> bool:
        async def send() -> list[object]:
            async with self._redis.pipeline(transaction=False) as batch:
                fill(batch)
                return list(await batch.execute())

        return await self._guarded(send) is not FAILED

    async def _guarded(self, action: Callable[[], Awaitable[object]]) -> object:
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                return await action()
        except (RedisError, OSError) as failed:  # TimeoutError is one of the latter
            log.warning("copy_not_written", error=type(failed).__name__)
            return FAILED


FAILED = object()


async def keys_of_user(
    client: redis.Redis,
    user_id: UUID,
    session_ids: Iterable[UUID],
    token_hashes: Iterable[bytes],
) -> list[str]:
    """Every key that may hold a copy about a user. Raises RedisError when Redis does not answer."""
    listed = await client.smembers(_user_set(user_id))
    sessions = [
        session_key(user_id, UUID(str(known))) for known in {*map(str, session_ids), *listed}
    ]
    return [
        *sessions,
        *(f"{key}:meta" for key in sessions),
        *(_otp(token_hash) for token_hash in token_hashes),
        *(_first(user_id, what) for what in get_args(First)),
        _user_set(user_id),
    ]


def _user_set(user_id: UUID) -> str:
    return f"user:{{{user_id}}}:sessions"


def _otp(token_hash: bytes) -> str:
    return f"otp:{{{token_hash.hex()}}}"


def _first(user_id: UUID, what: str) -> str:
    return f"first:{{{user_id}}}:{what}"
