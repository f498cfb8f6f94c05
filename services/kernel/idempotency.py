"""Idempotency keys: a repeated write has one effect and gets the first answer.

The key's row commits with the effect, so a crash between effect and answer leaves a trace: the
repeat is told that the answer is lost instead of acting again.
"""

from contextvars import ContextVar
from dataclasses import dataclass

import redis.asyncio as redis
import structlog
from google.protobuf.message import Message
from redis.exceptions import RedisError

from services.kernel import sql
from services.kernel.crypto import Keys
from services.kernel.db import Database, Transaction
from services.kernel.errors import (
    IdempotencyInFlight,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    IdempotencyResultLost,
)

QUERIES = sql.beside(__file__)
LOCK_SECONDS = 60
LONGEST_KEY = 255
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claim:
    """One call under a key."""

    caller_id: str
    method: str
    key: str
    request_hash: bytes

    @property
    def lock_name(self) -> str:
        """The lock that tells a call in flight from one whose process died."""
        return f"idem:{{{self.caller_id}}}:{self.method}:{self.key}"


_pending: ContextVar[Claim | None] = ContextVar("idempotency", default=None)


class IdempotencyKeys:
    """The keys of one service."""

    def __init__(self, db: Database, client: redis.Redis, secret: Keys) -> None:
        self._db = db
        self._redis = client
        self._secret = secret
        db.first_statement = self._enter

    def claim(self, caller_id: str, method: str, key: str, request: Message) -> Claim:
        """Name a call. Raises IdempotencyKeyInvalid for an unusable key."""
        if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
            raise IdempotencyKeyInvalid
        said = request.SerializeToString(deterministic=True)
        return Claim(caller_id, method, key, self.digest(said))

    def digest(self, said: bytes) -> bytes:
        """32 bytes that stand for what was said, and by which nobody finds it again.

        A request may hold a password or an address; without a key these could be guessed from it.
        """
        return self._secret.mac("idempotency", said)

    async def begin(self, claim: Claim) -> bytes | None:
        """The stored reply of an earlier call, or None to go on.

        Raises IdempotencyInFlight, IdempotencyKeyReused or IdempotencyResultLost.
        """
        if not await self._lock(claim):
            raise IdempotencyInFlight
        row = await self._db.fetchrow(
            QUERIES["get_idempotency_key"], claim.caller_id, claim.method, claim.key
        )
        if row is None:
            _pending.set(claim)
            return None
        await self.release(claim)
        if row["request_hash"] != claim.request_hash:
            raise IdempotencyKeyReused
        if row["state"] != "done":
            raise IdempotencyResultLost
        reply: bytes = row["response"]
        return reply

    async def store(self, claim: Claim, reply: bytes) -> None:
        """Keep the reply for a day."""
        _pending.set(None)
        async with self._db.transaction() as tx:
            await tx.execute(
                QUERIES["store_idempotent_reply"],
                claim.caller_id,
                claim.method,
                claim.key,
                claim.request_hash,
                reply,
            )

    async def release(self, claim: Claim) -> None:
        """Let the next call with this key look at the table."""
        try:
            await self._redis.delete(claim.lock_name)
        except (RedisError, OSError) as lost:
            log.warning("idempotency_lock_kept", error=type(lost).__name__)

    async def _lock(self, claim: Claim) -> bool:
        try:
            return bool(await self._redis.set(claim.lock_name, "1", nx=True, ex=LOCK_SECONDS))
        except (RedisError, OSError):
            # The table's key still refuses a second effect; only its wording differs.
            return True

    @staticmethod
    async def _enter(tx: Transaction) -> None:
        """Enter the pending key as part of the call's first write."""
        claim = _pending.get()
        if claim is None:
            return
        _pending.set(None)
        entered = await tx.fetchval(
            QUERIES["add_idempotency_key"],
            claim.caller_id,
            claim.method,
            claim.key,
            claim.request_hash,
        )
        if entered is None:
            raise IdempotencyInFlight
