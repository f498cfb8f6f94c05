"""A worker dies with a message in its hands, or a receiver never ends: the message is not lost."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from standardwebhooks import Webhook

from services.kernel.public_http import TOTAL_SECONDS
from tests.support.people import connect_linkedin, sign_up
from tests.support.publishing import children, client_of, wait_until_restarted
from tests.support.receivers import OK, Receiver, receiving
from tests.support.stack import Stack, User
from tests.support.waiting import eventually

SECONDS = 40
TRICKLE_SECONDS = 0.2
DELIVERED = "WEBHOOK_DELIVERY_STATE_DELIVERED"
PENDING = "WEBHOOK_DELIVERY_STATE_PENDING"
LAPSE = """
    UPDATE profile.webhook_deliveries SET lease_until = now(), next_attempt_at = now()
     WHERE user_id = $1 AND lease_until IS NOT NULL
"""


@dataclass
class Hooked:
    """A user with one webhook, which is being told that LinkedIn was connected."""

    user: User
    client: httpx.Client
    secret: str
    path: str

    def webhook(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(self.path).json()["webhook"]
        return found

    def delivery(self) -> dict[str, Any]:
        """The only one, as its owner reads it."""
        only: dict[str, Any]
        (only,) = self.client.get(f"{self.path}/deliveries").json()["deliveries"]
        return only

    async def until(self, **fields: object) -> dict[str, Any]:
        """The only delivery, once it has these values."""

        async def look() -> dict[str, Any] | None:
            found = self.delivery()
            return found if fields.items() <= found.items() else None

        found = await eventually(look, seconds=SECONDS, every=0.1)
        assert found is not None
        return found


@contextmanager
def hooked_at(stack: Stack, url: str) -> Iterator[Hooked]:
    """Somebody new, whose webhook leads to a URL and has just had something to tell."""
    user = sign_up(stack)
    with client_of(stack, user) as client:
        wanted = {"url": url, "eventTypes": ["linkedin.connected"]}
        reply = client.post("/v1/webhooks", json=wanted)
        assert reply.status_code == 200, reply.text
        made = reply.json()
        connect_linkedin(stack, user)
        path = f"/v1/webhooks/{made['webhook']['webhookId']}"
        yield Hooked(user, client, made["secret"], path)


async def test_what_a_killed_worker_was_sending_arrives_under_the_same_id(stack: Stack) -> None:
    async with receiving(b"") as receiver:
        with hooked_at(stack, receiver.url()) as hooked:
            await _lose_the_worker_that_sends(stack, receiver)
            receiver.answer = OK
            await _let_the_lease_lapse(stack, hooked.user)
            delivery = await hooked.until(state=DELIVERED)
            assert "failingSinceTime" not in hooked.webhook()

    lost, arrived = receiver.received
    assert lost.headers["webhook-id"] == arrived.headers["webhook-id"] == delivery["deliveryId"]
    assert lost.body == arrived.body == delivery["bodyJson"].encode()
    told = Webhook(hooked.secret).verify(arrived.body, arrived.headers)
    assert told == json.loads(delivery["bodyJson"])
    assert (delivery["attemptCount"], delivery["responseCode"]) == (2, 204)
    assert not delivery.get("error"), "nobody lived to record the first try"


async def test_a_receiver_that_trickles_is_cut_when_the_time_is_up(stack: Stack) -> None:
    async with receiving(b"HTTP/1.1 200 OK\r\n\r\n") as receiver:
        receiver.trickle_seconds = TRICKLE_SECONDS
        with hooked_at(stack, receiver.url()) as hooked:
            cut = await hooked.until(error="timeout")
            assert (cut["state"], cut["attemptCount"]) == (PENDING, 1)
            assert "failingSinceTime" in hooked.webhook()
            assert 1 < receiver.trickled_bytes * TRICKLE_SECONDS <= TOTAL_SECONDS + 1
            receiver.trickle_seconds = None
            delivery = await hooked.until(state=DELIVERED)

    assert (delivery["attemptCount"], delivery["responseCode"]) == (2, 200)
    assert {one.headers["webhook-id"] for one in receiver.received} == {delivery["deliveryId"]}


async def _lose_the_worker_that_sends(stack: Stack, receiver: Receiver) -> None:
    """Kill it while the receiver holds its request, and wait for the next one."""
    await eventually(lambda: _holds(receiver, 1), seconds=SECONDS)
    pid = children(stack)["workers"]["pid"]
    os.kill(pid, signal.SIGKILL)
    await eventually(lambda: _holds(receiver, 0), seconds=SECONDS)
    wait_until_restarted(stack, "workers", pid)


async def _let_the_lease_lapse(stack: Stack, user: User) -> None:
    """Whoever held it is dead: let the next one take it at once, not within half a minute."""
    owner = await asyncpg.connect(stack.addresses["DATABASE_URL"])
    try:
        assert await owner.execute(LAPSE, UUID(user.user_id)) == "UPDATE 1"
    finally:
        await owner.close()


async def _holds(receiver: Receiver, count: int) -> bool:
    return receiver.hanging == count
