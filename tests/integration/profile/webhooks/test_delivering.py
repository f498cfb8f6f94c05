"""What is due arrives, signed, at least once and under one id; whoever fails is tried again."""

import asyncio
import json
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from inergize.profile.v1 import profile_webhooks_pb2 as pb
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub
from standardwebhooks import Webhook, WebhookVerificationError

from services.kernel.config import EgressSettings
from services.profile.webhooks.event_types import EVENTS
from services.profile.webhooks.schedule import MOST_ATTEMPTS
from services.profile.webhooks.sending import AT_ONCE_PER_HOST
from tests.integration.profile.webhooks.conftest import PUBLISHED, MakeOwner, Owner, courier_of
from tests.support.receivers import Receiver, answering, receiving
from tests.support.waiting import eventually
from tests.support.work import run_periodic
from workers.webhooks.courier import Courier

DELIVERED = pb.WEBHOOK_DELIVERY_STATE_DELIVERED
PENDING = pb.WEBHOOK_DELIVERY_STATE_PENDING
DEAD = pb.WEBHOOK_DELIVERY_STATE_DEAD
MISSED = pb.WEBHOOK_DELIVERY_STATE_MISSED


async def claimed(owner: Owner) -> list[pb.ClaimedWebhookDelivery]:
    """What a worker would be handed."""
    stub: Any = ProfileInternalServiceStub(owner.room.channel)
    request = pb.ClaimWebhookDeliveriesRequest(limit=100)
    reply = await stub.ClaimWebhookDeliveries(request, metadata=owner.room.as_service("workers"))
    return list(reply.deliveries)


async def finished(owner: Owner, claim: pb.ClaimedWebhookDelivery, **outcome: Any) -> None:
    """A worker tells how it went."""
    stub: Any = ProfileInternalServiceStub(owner.room.channel)
    request = pb.FinishWebhookDeliveryRequest(
        delivery_id=claim.delivery_id, fence=claim.fence, **outcome
    )
    await stub.FinishWebhookDelivery(request, metadata=owner.room.as_service("workers"))


async def test_an_event_arrives_and_the_independent_library_verifies_it(
    owner: Owner, receiver: Receiver, courier: Courier
) -> None:
    made = await owner.hook(receiver.url())
    await owner.happens(dedupe_key="once")
    await owner.happens(dedupe_key="once")
    delivery = await owner.until(made.webhook.webhook_id, state=DELIVERED)
    (request,) = receiver.received
    body = Webhook(made.secret).verify(request.body, request.headers)
    assert body["type"] == "content.published"
    assert body["data"] == EVENTS[PUBLISHED].example
    assert json.loads(delivery.body_json) == body
    assert request.headers["webhook-id"] == delivery.delivery_id
    assert (delivery.response_code, delivery.attempt_count) == (204, 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(request.body + b" ", request.headers)


async def test_only_what_is_wanted_is_told(owner: Owner) -> None:
    wanting = (await owner.hook("http://127.0.0.1:9999/")).webhook.webhook_id
    other = (await owner.hook("http://127.0.0.1:9999/", "action.unknown")).webhook.webhook_id
    await owner.happens()
    assert len(await owner.deliveries(wanting)) == 1
    assert not await owner.deliveries(other)


async def test_while_secrets_follow_each_other_both_verify(
    owner: Owner, receiver: Receiver, courier: Courier
) -> None:
    made = await owner.hook(receiver.url())
    webhook_id = made.webhook.webhook_id
    rotated = await owner.call("RotateWebhookSecret", webhook_id=webhook_id)
    await owner.call("SendTestWebhook", webhook_id=webhook_id)
    await owner.until(webhook_id, state=DELIVERED)
    (request,) = receiver.received
    for secret in (made.secret, rotated.secret):
        assert Webhook(secret).verify(request.body, request.headers)["type"] == "webhook.test"
    await owner.call("RotateWebhookSecret", webhook_id=webhook_id, grace=Duration())
    await owner.call("SendTestWebhook", webhook_id=webhook_id)
    await eventually(lambda: _count(receiver, 2))
    with pytest.raises(WebhookVerificationError):
        Webhook(rotated.secret).verify(receiver.received[1].body, receiver.received[1].headers)


async def test_a_failing_receiver_is_tried_under_one_id_until_the_last_try(
    owner: Owner, receiver: Receiver, courier: Courier
) -> None:
    receiver.answer = answering(500, b"<b>no\n\x00</b>")
    webhook_id = (await owner.hook(receiver.url())).webhook.webhook_id
    await owner.happens()
    first = await owner.until(webhook_id, response_code=500)
    assert (first.state, first.attempt_count) == (PENDING, 1)
    await owner.due_now()
    await owner.until(webhook_id, attempt_count=2)
    await eventually(lambda: _count(receiver, 2))
    await owner.due_now(tries_so_far=MOST_ATTEMPTS - 1)
    delivery = await owner.until(webhook_id, state=DEAD)
    assert delivery.attempt_count == MOST_ATTEMPTS
    assert delivery.response_excerpt == "<b>no\\n\\x00</b>"
    assert {request.headers["webhook-id"] for request in receiver.received} == {
        delivery.delivery_id
    }
    assert {request.body for request in receiver.received} == {receiver.received[0].body}
    receiver.answer = answering(200)
    await owner.call(
        "ReplayWebhookDelivery", webhook_id=webhook_id, delivery_id=delivery.delivery_id
    )
    await owner.until(webhook_id, state=DELIVERED)
    webhook = (await owner.call("GetWebhook", webhook_id=webhook_id)).webhook
    assert not webhook.HasField("failing_since_time")


@pytest.mark.parametrize(
    ("asked", "least", "most"), [("60", 60, 60), ("1", 4, 6), ("99999999", 86_400, 86_400)]
)
async def test_a_receiver_may_ask_for_time(owner: Owner, asked: str, least: int, most: int) -> None:
    webhook_id = (await owner.hook("http://127.0.0.1:9999/")).webhook.webhook_id
    await owner.happens()
    (claim,) = await claimed(owner)
    await finished(owner, claim, answer=pb.WebhookAnswer(status=429, retry_after=asked))
    pause = await owner.room.admin.fetchval(
        "SELECT extract(epoch FROM next_attempt_at - now()) FROM profile.webhook_deliveries"
    )
    assert least - 3 < pause <= most
    assert (await owner.delivery(webhook_id)).state == PENDING


async def test_who_is_gone_is_told_no_more_and_gets_it_all_when_back(
    owner: Owner, receiver: Receiver, courier: Courier
) -> None:
    receiver.answer = answering(410)
    webhook_id = (await owner.hook(receiver.url())).webhook.webhook_id
    await owner.happens()
    await owner.until(webhook_id, state=MISSED)
    webhook = (await owner.call("GetWebhook", webhook_id=webhook_id)).webhook
    assert webhook.state == pb.WEBHOOK_STATE_GONE
    notice = await owner.room.admin.fetchrow("SELECT kind, data, body FROM profile.notifications")
    assert notice is not None
    assert notice["kind"] == "webhook_disabled"
    assert json.loads(notice["data"])["url"] == f"http://127.0.0.1:{receiver.port}"
    await owner.happens()
    assert [one.state for one in await owner.deliveries(webhook_id)] == [MISSED, MISSED]
    receiver.answer = answering(200)
    change = pb.WebhookChange(is_active=True)
    await owner.call("UpdateWebhook", webhook_id=webhook_id, webhook=change)
    reply = await owner.call(
        "ReplayMissedWebhookDeliveries", webhook_id=webhook_id, since_time=webhook.created_time
    )
    assert reply.replayed_count == 2

    async def all_there() -> bool:
        return {one.state for one in await owner.deliveries(webhook_id)} == {DELIVERED}

    await eventually(all_there)


async def test_who_takes_nothing_for_five_days_is_switched_off(owner: Owner) -> None:
    webhook_id = (await owner.hook("http://127.0.0.1:9999/")).webhook.webhook_id
    await owner.happens(times=2)
    first, second = await claimed(owner)
    await finished(owner, first, error="timeout")
    await owner.room.admin.execute(
        "UPDATE profile.webhooks SET failing_since = failing_since - interval '5 days'"
    )
    await finished(owner, second, error="timeout")
    webhook = (await owner.call("GetWebhook", webhook_id=webhook_id)).webhook
    assert webhook.state == pb.WEBHOOK_STATE_FAILING
    assert {one.state for one in await owner.deliveries(webhook_id)} == {MISSED}
    assert not await claimed(owner)


async def test_whoever_dies_with_a_claim_loses_nothing(owner: Owner) -> None:
    webhook_id = (await owner.hook("http://127.0.0.1:9999/")).webhook.webhook_id
    await owner.happens()
    (dead,) = await claimed(owner)
    assert not await claimed(owner), "a lease holds"
    await owner.room.admin.execute(
        "UPDATE profile.webhook_deliveries SET next_attempt_at = now(), lease_until = now()"
    )
    (alive,) = await claimed(owner)
    assert (alive.delivery_id, alive.body) == (dead.delivery_id, dead.body)
    assert alive.headers["webhook-id"] == dead.headers["webhook-id"]
    await finished(owner, dead, error="timeout")
    assert (await owner.delivery(webhook_id)).error == "", "an old fence records nothing"
    for _ in range(2):  # told twice, recorded once
        await finished(owner, alive, answer=pb.WebhookAnswer(status=200))
    assert (await owner.delivery(webhook_id)).state == DELIVERED


async def test_redirects_are_not_followed_and_floods_are_cut(
    owner: Owner, receiver: Receiver, courier: Courier
) -> None:
    async with receiving() as elsewhere:
        receiver.answer = answering(302, b"x" * (8 << 20), location=elsewhere.url())
        webhook_id = (await owner.hook(receiver.url())).webhook.webhook_id
        await owner.happens()
        delivery = await owner.until(webhook_id, response_code=302)
        assert (delivery.state, delivery.response_excerpt) == (PENDING, "x" * 1000)
        assert not elsewhere.received


async def test_a_name_that_now_leads_inside_is_not_connected_to(
    owner: Owner, receiver: Receiver
) -> None:
    webhook_id = (await owner.hook(receiver.url())).webhook.webhook_id
    await owner.happens()
    async with courier_of(owner.room, EgressSettings()):
        delivery = await owner.until(webhook_id, attempt_count=1, state=PENDING)
        await eventually(lambda: _has_error(owner, webhook_id))
    delivery = await owner.delivery(webhook_id)
    assert delivery.error.startswith("url refused")
    assert not receiver.received


async def test_those_that_hang_hold_up_nobody_else(make_owner: MakeOwner, courier: Courier) -> None:
    greedy, good_owner = await make_owner(), await make_owner()
    crowd = [await make_owner() for _ in range(5)]
    hosts = iter(range(1, 51))
    hang_at_once = AT_ONCE_PER_HOST + 50
    async with receiving(b"") as hanging, receiving() as good:
        await greedy.hook(hanging.url(host="127.0.0.2"))
        for one in crowd:
            for _ in range(10):
                await one.hook(hanging.url(host=f"127.0.1.{next(hosts)}"))
        webhook_id = (await good_owner.hook(good.url())).webhook.webhook_id
        await greedy.happens(times=26)
        for one in crowd:
            await one.happens()
        await eventually(lambda: _hangs(hanging, hang_at_once))
        await good_owner.happens(times=50)

        async def all_there() -> bool:
            found = await good_owner.deliveries(webhook_id, page_size=200)
            return [one.state for one in found] == [DELIVERED] * 50

        await eventually(all_there, seconds=8)
        assert hanging.hanging == hang_at_once, "they still hang"
    assert len({request.headers["host"] for request in hanging.received}) == 51
    assert len({request.headers["webhook-id"] for request in good.received}) == 50


async def test_many_claims_at_once_hand_out_each_once_and_keep_the_bound(
    make_owner: MakeOwner,
) -> None:
    owners = [await make_owner() for _ in range(3)]
    for one in owners:
        await one.hook("http://127.0.0.1:9999/")
        await one.happens(times=6)
    claims = await asyncio.gather(*(claimed(owners[0]) for _ in range(6)))
    ids = [one.delivery_id for some in claims for one in some]
    assert len(ids) == len(set(ids)) == AT_ONCE_PER_HOST


async def test_the_sweep_drops_what_ended_a_week_ago(owner: Owner) -> None:
    webhook_id = (await owner.hook("http://127.0.0.1:9999/")).webhook.webhook_id
    await owner.happens(times=2)
    first, _ = await claimed(owner)
    await finished(owner, first, answer=pb.WebhookAnswer(status=200))
    await owner.room.admin.execute(
        "UPDATE profile.webhook_deliveries SET ended_at = ended_at - interval '7 days'"
        " WHERE ended_at IS NOT NULL"
    )
    await owner.call("RotateWebhookSecret", webhook_id=webhook_id)
    await owner.room.admin.execute("UPDATE profile.webhooks SET previous_until = now()")
    await run_periodic(owner.room, "sweep_webhook_deliveries")
    old = await owner.room.admin.fetchval("SELECT previous_secret_ct FROM profile.webhooks")
    assert old is None
    assert (await owner.delivery(webhook_id)).state == PENDING


async def _count(receiver: Receiver, count: int) -> bool:
    return len(receiver.received) == count


async def _hangs(receiver: Receiver, count: int) -> bool:
    return receiver.hanging == count


async def _has_error(owner: Owner, webhook_id: str) -> bool:
    return bool((await owner.delivery(webhook_id)).error)
