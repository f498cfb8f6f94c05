"""With an account go its webhooks, their secrets, what they were told and what was yet to be."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from inergize.profile.v1 import profile_webhooks_pb2 as pb
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub

from services.profile.__main__ import build
from services.profile.notifications.kinds import Kind
from services.profile.notifications.notices import Notice, notify
from services.profile.webhooks.event_types import EVENTS
from tests.integration.profile.webhooks.conftest import LOOPBACK, PUBLISHED, MakeOwner, Owner
from tests.integration.profile.webhooks.test_delivering import claimed, finished
from tests.support.entitled import Entitled
from tests.support.identity import mesh_settings
from tests.support.rooms import RunningRoom
from tests.support.s3 import running_s3
from tests.support.work import Work

URL = "http://127.0.0.1:9999/"
LEFT = {
    table: f"SELECT count(*) FROM profile.{table} WHERE user_id = $1"
    for table in ("webhooks", "webhook_deliveries", "notifications", "outbox")
}


@pytest_asyncio.fixture
async def room(start_room: Any, entitled: Entitled) -> AsyncIterator[RunningRoom]:
    """With a place for files, which an erasure looks through as well."""
    mesh = mesh_settings(entitled.address)
    async with running_s3() as (s3, _):
        yield await start_room("profile", build, mesh=mesh, egress=LOOPBACK, s3=s3)


async def left_of(owner: Owner) -> dict[str, int]:
    """How many rows of each kind a user has."""
    admin = owner.room.admin
    return {table: await admin.fetchval(count, owner.user_id) for table, count in LEFT.items()}


async def erased(owner: Owner) -> None:
    work = Work(owner.room)
    while not await work.erase(owner.user_id):
        pass


async def test_with_an_account_go_its_webhooks_secrets_and_messages(
    make_owner: MakeOwner,
) -> None:
    leaving, staying = await make_owner(), await make_owner()
    for owner in (leaving, staying):
        await _use_webhooks(owner)
    before = await left_of(staying)
    assert await left_of(leaving) == before
    assert min(before.values()) > 0, "else nothing is shown below"

    await erased(leaving)

    assert set((await left_of(leaving)).values()) == {0}
    assert await left_of(staying) == before


async def test_what_is_being_sent_during_an_erasure_leaves_nothing_behind(owner: Owner) -> None:
    await owner.hook(URL)
    await owner.happens(times=2)
    arrived, lost = await claimed(owner)

    await erased(owner)
    await finished(owner, arrived, answer=pb.WebhookAnswer(status=410))
    await finished(owner, lost, error="timeout")
    await _emitted_late(owner)

    assert set((await left_of(owner)).values()) == {0}
    assert not await claimed(owner)


async def _use_webhooks(owner: Owner) -> None:
    """Leave a secret, an earlier one, a mail to send, and deliveries in every state."""
    webhook_id = (await owner.hook(URL)).webhook.webhook_id
    await owner.call("RotateWebhookSecret", webhook_id=webhook_id)
    await owner.happens(times=3)
    first, second, _ = await claimed(owner)
    await finished(owner, first, answer=pb.WebhookAnswer(status=200))
    await finished(owner, second, error="timeout")
    async with owner.room.given.db.transaction() as tx:
        await notify(tx, Notice(owner.user_id, Kind.LINKEDIN_RECONNECT, "one", {"reason": "x"}))


async def _emitted_late(owner: Owner) -> None:
    """Another service's event comes when the account is gone."""
    stub: Any = ProfileInternalServiceStub(owner.room.channel)
    request = pb.EmitEventRequest(
        user_id=str(owner.user_id),
        event_type=PUBLISHED.value,
        dedupe_key="late",
        data_json=json.dumps(dict(EVENTS[PUBLISHED].example)),
    )
    await stub.EmitEvent(request, metadata=owner.room.as_service("workers"))
