"""Somebody whose publication was blocked is told: from Content's outbox to the notification."""

from typing import Any

import pytest
from inergize.content.v1 import content_internal_service_pb2 as content
from inergize.content.v1 import content_pb2, content_service_pb2
from inergize.content.v1.content_service_pb2_grpc import ContentServiceStub

from services.content.__main__ import build as build_content
from tests.integration.content.calls import Machinery, soon, timestamp
from tests.integration.profile.notifications.conftest import Reader
from tests.support.entitled import entitling
from tests.support.identity import mesh_settings
from tests.support.post_office import post_office
from workers.actors.notifications import _tell

DEFERRED = content.PUBLICATION_OUTCOME_DEFERRED
FAILED = content.PUBLICATION_OUTCOME_FAILED
UNKNOWN = content.PUBLICATION_OUTCOME_UNKNOWN


@pytest.mark.parametrize(
    ("outcome", "fields", "kinds"),
    [
        (FAILED, {}, ["publish_failed"]),
        (UNKNOWN, {}, ["publish_unknown"]),
        (DEFERRED, {"hours": 2}, ["publish_put_off"]),
        (DEFERRED, {"minutes": 2}, []),  # over before anybody could do anything
    ],
)
async def test_user_is_alerted_when_an_action_is_blocked(
    reader: Reader, start_room: Any, outcome: Any, fields: Any, kinds: list[str]
) -> None:
    async with entitling() as entitled, post_office(reader.room) as office:
        mesh = mesh_settings(entitled.address)
        room = await start_room("content", build_content, mesh=mesh)
        stub: Any = ContentServiceStub(room.channel)
        metadata = room.as_user(reader.user_id)
        draft = content_pb2.Content(
            type=content_pb2.CONTENT_TYPE_POST, title="My post", body="Hello"
        )
        made = await stub.CreateContent(
            content_service_pb2.CreateContentRequest(content=draft), metadata=metadata
        )
        await stub.ScheduleContent(
            content_service_pb2.ScheduleContentRequest(
                content_id=made.content.content_id, scheduled_time=timestamp(soon())
            ),
            metadata=metadata,
        )
        machinery = Machinery(room)
        claim = await machinery.claim_one()
        await machinery.begin(claim)
        later = {"retry_time": timestamp(soon(**fields))} if fields else {}
        await machinery.record(claim, outcome, error="daily_cap: It is full.", **later)

        deliveries = await office.waiting("notice", room)
        for delivery in deliveries * 2:  # delivered twice
            await _tell(office.open, delivery)

    listed = (await reader.list()).notifications
    assert [one.kind for one in listed] == kinds
    for told in listed:
        assert "My post" in told.title
        assert told.data["content_id"] == made.content.content_id
        assert ".." not in told.body
