"""What becomes of a publication is told: from Content's outbox to the notification."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from inergize.content.v1 import content_internal_service_pb2 as content
from inergize.content.v1 import content_pb2, content_service_pb2
from inergize.content.v1.content_service_pb2_grpc import ContentServiceStub

from services.content.__main__ import build as build_content
from tests.integration.content.calls import URN, Machinery, refusal, soon, timestamp
from tests.integration.profile.notifications.conftest import Reader
from tests.support.entitled import entitling
from tests.support.identity import mesh_settings
from tests.support.post_office import PostOffice, post_office
from tests.support.replies import bad_request
from workers.actors.notifications import _tell

DEFERRED = content.PUBLICATION_OUTCOME_DEFERRED
FAILED = content.PUBLICATION_OUTCOME_FAILED
PUBLISHED = content.PUBLICATION_OUTCOME_PUBLISHED
UNKNOWN = content.PUBLICATION_OUTCOME_UNKNOWN


@dataclass
class Due:
    """A reader's post that is being published, and the workers who do."""

    machinery: Machinery
    claim: content.PublicationClaim
    office: PostOffice

    async def deliver(self) -> None:
        """Bring what Content has to tell, twice each."""
        for delivery in await self.office.waiting("notice", self.machinery.room) * 2:
            await _tell(self.office.open, delivery)


@pytest_asyncio.fixture
async def due(reader: Reader, start_room: Any) -> AsyncIterator[Due]:
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
        yield Due(machinery, claim, office)


@pytest.mark.parametrize(
    ("outcome", "fields", "kinds"),
    [
        (PUBLISHED, {}, ["published"]),
        (FAILED, {}, ["publish_failed"]),
        (UNKNOWN, {}, ["publish_unknown"]),
        (DEFERRED, {"hours": 2}, ["publish_put_off"]),
        (DEFERRED, {"minutes": 2}, []),  # over before anybody could do anything
    ],
)
async def test_user_is_alerted_when_an_action_is_blocked(
    reader: Reader, due: Due, outcome: Any, fields: Any, kinds: list[str]
) -> None:
    told: dict[str, Any] = {"retry_time": timestamp(soon(**fields))} if fields else {}
    if outcome == PUBLISHED:
        told["remote_id"] = URN

    await due.machinery.record(due.claim, outcome, error="daily_cap: It is full.", **told)
    await due.deliver()

    listed = (await reader.list()).notifications
    assert [one.kind for one in listed] == kinds
    for one in listed:
        assert "My post" in one.title
        assert one.data["content_id"] == due.claim.content_id
        assert ".." not in one.body


async def test_a_post_that_nobody_can_find_is_the_users_to_look_for(
    reader: Reader, due: Due
) -> None:
    await due.machinery.record(due.claim, UNKNOWN, error="no answer")
    for _ in range(2):
        await due.machinery.settle(due.claim, UNKNOWN, error="LinkedIn does not let us read.")
    await due.deliver()

    unsure, unknown = (await reader.list()).notifications
    assert (unknown.kind, unsure.kind) == ("publish_unknown", "publish_unsure")
    assert unsure.title == "Please check on LinkedIn: My post"
    assert "(LinkedIn does not let us read)" in unsure.body

    await due.machinery.settle(due.claim, PUBLISHED, remote_id=URN)  # found after all
    await due.machinery.settle(due.claim, UNKNOWN, error="a late one")
    await due.deliver()

    found, *_ = (await reader.list()).notifications
    assert (found.kind, found.data["post_urn"]) == ("published", URN)
    assert len((await reader.list()).notifications) == 3


async def test_what_a_user_does_not_want_to_hear_is_not_told(reader: Reader, due: Due) -> None:
    await reader.mute("published", "publish_failed")
    await due.machinery.publish(due.claim)
    await due.deliver()
    assert not (await reader.list()).notifications

    await reader.mute()
    await reader.told("published")
    assert [one.kind for one in (await reader.list()).notifications] == ["published"]


@pytest.mark.parametrize("kind", ["linkedin_reconnect", "greeting"])
async def test_the_critical_and_the_unknown_cannot_be_muted(reader: Reader, kind: str) -> None:
    refused = await refusal(reader.mute(kind))
    assert kind in bad_request(refused)["preferences.muted_notification_kinds"]
