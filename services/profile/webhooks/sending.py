"""Hands out what is due, signed, and takes back how it went.

The row is the truth: a claim is a lease with a fence, and whoever dies with one sends nothing
twice under two ids. Source: docs/decisions/0131-how-webhooks-are-sent.md
"""

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from services.kernel.crypto import Keys
from services.kernel.db import Database, Transaction
from services.kernel.periodic import Cursor, PeriodicJob
from services.profile.notifications.kinds import Kind
from services.profile.notifications.notices import Notice, notify
from services.profile.webhooks import sending_store as store
from services.profile.webhooks.model import Claimed, DeliveryState, DisabledReason
from services.profile.webhooks.schedule import Result, verdict_on
from services.profile.webhooks.sending_store import Receiver
from services.profile.webhooks.signing import signed_headers
from services.profile.webhooks.vault import SecretVault

LEASE = timedelta(seconds=30)
"""Three times what one try may take."""
AT_ONCE_PER_HOST = 8
AT_ONCE_PER_USER = 16
KEPT = timedelta(days=7)
"""After its end a delivery can be read and replayed for so long."""
BATCH = 5_000
_WHY = {
    DisabledReason.GONE: "it says that it is gone for good",
    DisabledReason.FAILING: "nothing has arrived there for five days",
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to POST now."""

    delivery_id: UUID
    fence: int
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Sending:
    """The deliveries of all users, for those who send them."""

    db: Database
    keys: Keys

    async def claim(self, limit: int) -> list[Outgoing]:
        """Take up to `limit` that are due, for half a minute."""
        async with self.db.transaction() as tx:
            claimed = await store.claim_deliveries(
                tx, limit, LEASE, per_host=AT_ONCE_PER_HOST, per_user=AT_ONCE_PER_USER
            )
        return [self._signed(one) for one in claimed]

    def _signed(self, claimed: Claimed) -> Outgoing:
        body = json.dumps(claimed.body, separators=(",", ":"), ensure_ascii=False).encode()
        vault = SecretVault(self.keys)
        keys = [vault.open(name, claimed.webhook_id, sealed) for name, sealed in claimed.secrets]
        headers = signed_headers(str(claimed.delivery_id), int(time.time()), body, keys)
        return Outgoing(claimed.delivery_id, claimed.fence, claimed.url, headers, body)

    async def finish(self, delivery_id: UUID, fence: int, result: Result) -> None:
        """Record how a try went, and what follows; recording it again changes nothing."""
        async with self.db.transaction() as tx:
            receiver = await store.lock_receiver(tx, delivery_id, fence)
            if receiver is None:
                return
            verdict = verdict_on(result, attempt=receiver.attempt, failing_for=receiver.failing_for)
            if not await store.finish_delivery(tx, delivery_id, fence, result, verdict):
                return
            if verdict.state is DeliveryState.DELIVERED:
                await store.note_arrival(tx, receiver.webhook_id)
            else:
                await store.note_failure(tx, receiver.webhook_id)
            if verdict.disables is not None:
                await _disable(tx, receiver, verdict.disables)

    def job(self) -> PeriodicJob:
        """Puts aside what webhooks that are off cannot get, and drops what has ended."""

        async def run(_: Cursor) -> Cursor:
            async with self.db.transaction() as tx:
                await store.forget_previous_secrets(tx)
            parked = await store.park_deliveries(self.db, BATCH)
            dropped = await store.forget_deliveries(self.db, KEPT, BATCH)
            return {"again": True} if BATCH in (parked, dropped) else None

        return PeriodicJob("sweep_webhook_deliveries", every=timedelta(hours=1), run=run)


async def _disable(tx: Transaction, receiver: Receiver, reason: DisabledReason) -> None:
    version = await store.disable_webhook(tx, receiver.webhook_id, reason)
    if version is None:
        return
    data = {
        "webhook_id": str(receiver.webhook_id),
        "url": _without_secrets(receiver.url),
        "reason": _WHY[reason],
    }
    key = f"webhook_disabled:{receiver.webhook_id}:{version}"
    await notify(tx, Notice(receiver.user_id, Kind.WEBHOOK_DISABLED, key, data))


def _without_secrets(url: str) -> str:
    """Where it leads, for a mail: in the rest of a URL there may be a key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
