"""Webhooks are made, changed and ended by their owners, and by nobody else."""

from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from inergize.profile.v1 import profile_webhooks_pb2 as pb

from services.kernel.config import EgressSettings
from services.profile.__main__ import build
from tests.integration.profile.webhooks.conftest import MakeOwner, Owner
from tests.support.entitled import Entitled
from tests.support.identity import mesh_settings
from tests.support.replies import bad_request, error_info
from tests.support.work import Work

URL = "http://127.0.0.1:9999/hook"


async def reason_of(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return str(error_info(refused.value).reason).removeprefix("ERROR_REASON_")


async def test_a_webhook_is_made_read_changed_and_deleted(owner: Owner) -> None:
    made = await owner.hook(URL, "content.published", "action.unknown")
    assert made.secret.startswith("whsec_")
    assert made.webhook.state == pb.WEBHOOK_STATE_ACTIVE
    assert made.webhook.event_types == ["content.published", "action.unknown"]
    webhook_id = made.webhook.webhook_id
    reply = await owner.call(
        "UpdateWebhook",
        webhook_id=webhook_id,
        webhook=pb.WebhookChange(description="ours", is_active=False),
        etag=made.webhook.etag,
    )
    assert reply.webhook.state == pb.WEBHOOK_STATE_SWITCHED_OFF
    assert (reply.webhook.description, reply.webhook.url) == ("ours", URL)
    assert await owner.call("ListWebhooks") == pb.ListWebhooksResponse(webhooks=[reply.webhook])
    stale = {"webhook_id": webhook_id, "etag": made.webhook.etag}
    assert await reason_of(owner.call("DeleteWebhook", **stale)) == "ETAG_MISMATCH"
    await owner.call("DeleteWebhook", webhook_id=webhook_id, etag=reply.webhook.etag)
    gone = owner.call("GetWebhook", webhook_id=webhook_id)
    assert await reason_of(gone) == "WEBHOOK_NOT_FOUND"


async def test_the_mask_says_what_changes(owner: Owner) -> None:
    made = await owner.hook(URL)
    change = pb.WebhookChange(description="only this", is_active=False)
    reply = await owner.call(
        "UpdateWebhook",
        webhook_id=made.webhook.webhook_id,
        webhook=change,
        update_mask=FieldMask(paths=["description"]),
    )
    assert reply.webhook.state == pb.WEBHOOK_STATE_ACTIVE
    assert reply.webhook.description == "only this"
    for path, named in (("secret", "update_mask"), ("url", "webhook.url")):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await owner.call(
                "UpdateWebhook",
                webhook_id=made.webhook.webhook_id,
                webhook=change,
                update_mask=FieldMask(paths=[path]),
            )
        assert named in bad_request(refused.value)


async def test_pages_go_on_where_they_ended(owner: Owner) -> None:
    made = [(await owner.hook(f"{URL}{number}")).webhook.webhook_id for number in range(3)]
    first = await owner.call("ListWebhooks", page_size=2)
    second = await owner.call("ListWebhooks", page_size=2, page_token=first.next_page_token)
    listed = [one.webhook_id for one in (*first.webhooks, *second.webhooks)]
    assert listed == made[::-1]
    assert not second.next_page_token


async def test_nobody_elses_webhook_exists(make_owner: MakeOwner) -> None:
    owner, stranger = await make_owner(), await make_owner()
    webhook_id = (await owner.hook(URL)).webhook.webhook_id
    await owner.happens()
    delivery_id = (await owner.delivery(webhook_id)).delivery_id
    change = pb.WebhookChange(is_active=False)
    for method, fields, missing in (
        ("GetWebhook", {}, "WEBHOOK_NOT_FOUND"),
        ("UpdateWebhook", {"webhook": change}, "WEBHOOK_NOT_FOUND"),
        ("DeleteWebhook", {}, "WEBHOOK_NOT_FOUND"),
        ("RotateWebhookSecret", {}, "WEBHOOK_NOT_FOUND"),
        ("SendTestWebhook", {}, "WEBHOOK_NOT_FOUND"),
        ("ListWebhookDeliveries", {}, "WEBHOOK_NOT_FOUND"),
        ("ReplayMissedWebhookDeliveries", {"since_time": {}}, "WEBHOOK_NOT_FOUND"),
        ("ReplayWebhookDelivery", {"delivery_id": delivery_id}, "WEBHOOK_NOT_FOUND"),
        ("GetWebhookDelivery", {"delivery_id": delivery_id}, "WEBHOOK_DELIVERY_NOT_FOUND"),
    ):
        call = stranger.call(method, webhook_id=webhook_id, **fields)
        assert await reason_of(call) == missing, method
    unknown = owner.call("GetWebhookDelivery", webhook_id=webhook_id, delivery_id=str(uuid4()))
    assert await reason_of(unknown) == "WEBHOOK_DELIVERY_NOT_FOUND"


async def test_the_subscription_says_how_many(owner: Owner, entitled: Entitled) -> None:
    entitled.limits[owner.user_id] = {"webhooks": 1}
    await owner.hook(URL)
    assert await reason_of(owner.hook(URL)) == "ENTITLEMENT"


async def test_what_does_not_exist_cannot_be_wanted(owner: Owner) -> None:
    assert await reason_of(owner.hook(URL, "post.liked")) == "WEBHOOK_EVENT_TYPE"
    known = await owner.call("ListWebhookEventTypes")
    assert "content.published" in [one.name for one in known.event_types]


async def test_only_public_https_is_taken_unless_a_network_is_trusted(
    start_room: Any, entitled: Entitled
) -> None:
    mesh = mesh_settings(entitled.address)
    room = await start_room("profile", build, mesh=mesh, egress=EgressSettings())
    owner = Owner(room, await room.make_user())
    for url in (
        "http://example.com/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await owner.hook(url)
        assert set(bad_request(refused.value)) == {"url"}, url


async def test_a_rotated_secret_is_another_and_the_old_one_ends(owner: Owner) -> None:
    made = await owner.hook(URL)
    webhook_id = made.webhook.webhook_id
    rotated = await owner.call("RotateWebhookSecret", webhook_id=webhook_id)
    assert rotated.secret != made.secret
    webhook = rotated.webhook
    assert webhook.previous_secret_end_time.seconds - webhook.updated_time.seconds == 24 * 3600
    at_once = await owner.call("RotateWebhookSecret", webhook_id=webhook_id, grace=Duration())
    assert not at_once.webhook.HasField("previous_secret_end_time")
    sealed = await owner.room.admin.fetchrow(
        "SELECT secret_ct, previous_secret_ct FROM profile.webhooks WHERE id = $1", webhook_id
    )
    assert sealed is not None
    assert sealed["previous_secret_ct"] is None
    assert at_once.secret.encode() not in sealed["secret_ct"]


async def test_tests_are_few(owner: Owner) -> None:
    webhook_id = (await owner.hook(URL)).webhook.webhook_id
    for _ in range(5):
        reply = await owner.call("SendTestWebhook", webhook_id=webhook_id)
        assert reply.delivery.event_type == "webhook.test"
    assert await reason_of(owner.call("SendTestWebhook", webhook_id=webhook_id)) == "WEBHOOK_TESTS"


async def test_webhooks_are_handed_out_to_their_user_without_secrets(owner: Owner) -> None:
    await owner.hook(URL)
    await owner.happens()
    work = Work(owner.room)
    told = await work.export(owner.user_id)
    (webhook,) = told["webhooks"]
    assert webhook["url"] == URL
    assert not [name for name in webhook if name.endswith(("_ct", "_nonce"))]
    assert len(told["webhook_deliveries"]) == 1
