"""The outbox: an effect and its announcement commit together.

The message a queue carries holds ids and a fence; the worker fetches the payload from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.kernel import sql
from services.kernel.crypto import Keys, Sealed, context
from services.kernel.db import Database, Row, Transaction
from services.kernel.doorbell import Doorbell
from services.kernel.errors import MessageGone

QUERIES = sql.beside(__file__)
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 12
FIRST_RETRY_SECONDS = 2
LONGEST_RETRY_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed message, without its payload."""

    message_id: UUID
    topic: str
    queue: str
    attempt: int
    fence: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its payload."""

    topic: str
    user_id: UUID | None
    payload: Mapping[str, Any]
    secret: str
    attempt: int


async def enter(
    tx: Transaction,
    *,
    topic: str,
    payload: Mapping[str, Any],
    queue: str = "normal",
    user_id: UUID | None = None,
    available_at: datetime | None = None,
) -> UUID:
    """Enter a message without a secret, and without ringing: a sweep finds it within seconds."""
    message_id: UUID = await tx.fetchval(
        QUERIES["add_outbox_message"], topic, user_id, payload, queue, available_at
    )
    return message_id


class Outbox:
    """One service's outbox table."""

    def __init__(self, db: Database, keys: Keys, doorbell: Doorbell) -> None:
        self._db = db
        self._keys = keys
        self._doorbell = doorbell

    async def add(
        self,
        tx: Transaction,
        *,
        topic: str,
        payload: Mapping[str, Any],
        queue: str = "normal",
        user_id: UUID | None = None,
        secret: str | None = None,
        available_at: datetime | None = None,
    ) -> UUID:
        """Enter a message into the caller's transaction and ring once it has committed.

        `secret` is sealed, and blanked when the message is done. Returns the message's id, which
        is also the idempotency key of what the worker then does.
        """
        message_id = await enter(
            tx,
            topic=topic,
            payload=payload,
            queue=queue,
            user_id=user_id,
            available_at=available_at,
        )
        if secret is not None:
            await self._seal(tx, message_id, secret)
        tx.after_commit(self._doorbell.ring)
        return message_id

    async def _seal(self, tx: Transaction, message_id: UUID, secret: str) -> None:
        sealed = self._keys.seal(secret.encode(), context("outbox.secret", message_id))
        await tx.execute(
            QUERIES["seal_outbox_secret"],
            message_id,
            sealed.ciphertext,
            sealed.nonce,
            sealed.key_id,
        )

    async def claim(self, limit: int, claimed_by: str) -> list[Claim]:
        """Claim up to `limit` due or lapsed messages for a minute, oldest first."""
        async with self._db.transaction() as tx:
            rows = await tx.fetch(QUERIES["claim_outbox"], limit, claimed_by, LEASE)
        return [Claim(*row) for row in rows]

    async def get(self, message_id: UUID, fence: int) -> Message:
        """The payload of a claimed message. Raises MessageGone when the fence is old."""
        row = await self._db.fetchrow(QUERIES["get_outbox_message"], message_id, fence)
        if row is None:
            raise MessageGone
        return Message(
            row["topic"], row["user_id"], row["payload"], self._secret(row), row["attempt"]
        )

    def _secret(self, row: Row) -> str:
        if row["secret_ct"] is None:
            return ""
        sealed = Sealed(row["secret_ct"], row["secret_nonce"], row["secret_key_id"])
        return self._keys.open(sealed, context("outbox.secret", row["id"])).decode()

    async def finish(
        self, message_id: UUID, fence: int, *, error: str | None = None, is_final: bool = False
    ) -> None:
        """End a delivery: done, or again later with exponential back-off, or given up.

        Raises MessageGone when the fence is old.
        """
        async with self._db.transaction() as tx:
            if error is None:
                done = await tx.fetchval(QUERIES["finish_outbox_message"], message_id, fence, None)
            elif is_final:
                done = await tx.fetchval(QUERIES["finish_outbox_message"], message_id, fence, error)
            else:
                done = await tx.fetchval(
                    QUERIES["retry_outbox_message"],
                    message_id,
                    fence,
                    error,
                    MAX_ATTEMPTS,
                    FIRST_RETRY_SECONDS,
                    LONGEST_RETRY_SECONDS,
                )
        if done is None:
            raise MessageGone
