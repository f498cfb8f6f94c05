"""What happens to a user reaches the user's webhooks, in the transaction in which it happens."""

import json
from typing import Any
from uuid import UUID

import grpc
import pytest
from inergize.profile.v1 import profile_webhooks_pb2 as pb
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub

from services.profile.actions.model import AttemptState, Known
from services.profile.actions.telling import tell
from services.profile.actions.traces import Kind as ActionKind
from services.profile.notifications.kinds import Kind
from services.profile.notifications.notices import Notice, notify
from services.profile.webhooks.event_types import EVENTS
from services.profile.webhooks.events import EventType
from tests.integration.profile.webhooks.conftest import Owner
from tests.support.replies import bad_request, error_info

URL = "http://127.0.0.1:9999/"
ATTEMPT = UUID("0199d7a2-8c1e-7b60-9a55-3f0f5a3c2b11")


async def emitted(owner: Owner, **fields: Any) -> None:
    """A worker passes an event on."""
    stub: Any = ProfileInternalServiceStub(owner.room.channel)
    given = {
        "user_id": str(owner.user_id),
        "event_type": "content.published",
        "dedupe_key": "one",
        "data_json": json.dumps(dict(EVENTS[EventType.CONTENT_PUBLISHED].example)),
    }
    await stub.EmitEvent(
        pb.EmitEventRequest(**given | fields), metadata=owner.room.as_service("workers")
    )


async def told(owner: Owner, webhook_id: str) -> list[tuple[str, Any]]:
    """What a webhook is told, oldest first."""
    found = await owner.deliveries(webhook_id)
    return [(one.event_type, json.loads(one.body_json)["data"]) for one in reversed(found)]


async def test_another_services_event_is_told_once(owner: Owner) -> None:
    webhook_id = (await owner.hook(URL)).webhook.webhook_id
    for _ in range(2):
        await emitted(owner)
    example = EVENTS[EventType.CONTENT_PUBLISHED].example
    assert await told(owner, webhook_id) == [("content.published", example)]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"data_json": "[]"}, "data_json"),
        ({"data_json": "{"}, "data_json"),
        ({"data_json": '{"content_id": "1"}'}, "data_json"),
        ({"event_type": "post.liked"}, ""),
    ],
)
async def test_what_is_no_event_is_refused(
    owner: Owner, fields: dict[str, str], named: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await emitted(owner, **fields)
    if named:
        assert named in bad_request(refused.value)
    else:
        assert error_info(refused.value).reason == "ERROR_REASON_WEBHOOK_EVENT_TYPE"


async def test_a_notification_is_told_with_its_data(owner: Owner) -> None:
    webhook_id = (await owner.hook(URL, "notification.created")).webhook.webhook_id
    async with owner.room.given.db.transaction() as tx:
        await notify(tx, _notice(owner))
    ((_, event),) = await told(owner, webhook_id)
    assert (event["kind"], event["data"]) == ("linkedin_reconnect", {"reason": "revoked"})


async def test_each_state_of_an_attempt_is_told_once(owner: Owner) -> None:
    wanted = ("action.unknown", "action.confirmed", "action.rejected")
    webhook_id = (await owner.hook(URL, *wanted)).webhook.webhook_id
    for known in (
        Known(AttemptState.UNKNOWN, error_code="no_answer"),
        Known(AttemptState.UNKNOWN, error_code="no_answer"),
        Known(AttemptState.CONFIRMED, "urn:li:share:1"),
    ):
        async with owner.room.given.db.transaction() as tx:
            await tell(tx, owner.user_id, ATTEMPT, ActionKind.PUBLISH_POST, known)
    common = {"attempt_id": str(ATTEMPT), "kind": "publish_post"}
    assert await told(owner, webhook_id) == [
        ("action.unknown", common | {"error_code": "no_answer"}),
        ("action.confirmed", common | {"remote_id": "urn:li:share:1"}),
    ]


async def test_what_is_rolled_back_is_told_to_nobody(owner: Owner) -> None:
    webhook_id = (await owner.hook(URL, "notification.created")).webhook.webhook_id

    async def fail_after_telling() -> None:
        async with owner.room.given.db.transaction() as tx:
            await notify(tx, _notice(owner))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_telling()
    assert not await owner.deliveries(webhook_id)


def _notice(owner: Owner) -> Notice:
    return Notice(owner.user_id, Kind.LINKEDIN_RECONNECT, "one", {"reason": "revoked"})
