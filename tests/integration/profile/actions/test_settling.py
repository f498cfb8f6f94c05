"""From a lost answer to a settled ledger and content: every room for real, the actor by hand."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import grpc
import pytest
from grpc import StatusCode
from inergize.automation.v1 import automation_internal_service_pb2 as automation
from inergize.automation.v1 import automation_pb2
from inergize.automation.v1.automation_internal_service_pb2_grpc import (
    AutomationInternalServiceStub,
)
from inergize.content.v1 import content_internal_service_pb2 as content
from inergize.content.v1 import content_pb2
from inergize.content.v1.content_internal_service_pb2_grpc import ContentInternalServiceStub
from inergize.profile.v1 import profile_action_kinds_pb2 as kinds
from inergize.profile.v1 import profile_actions_pb2 as profile_pb
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub
from inergize.safety.v1 import safety_internal_service_pb2 as safety
from inergize.safety.v1.safety_internal_service_pb2_grpc import SafetyInternalServiceStub

from services.automation.__main__ import build as build_automation
from services.content.__main__ import build as build_content
from services.safety.__main__ import build as build_safety
from tests.integration.content.calls import Author, Machinery
from tests.integration.linkedin.conftest import SandboxProcess
from tests.integration.profile.conftest import WIDE, ProfileRoom, StartProfile
from tests.support.entitled import entitling
from tests.support.identity import mesh_settings
from tests.support.rooms import RunningRoom
from tests.support.work import AsWorkers, run_periodic
from workers.actors import reconcile_unknown
from workers.deliveries import Delivery
from workers.resources import Open

UNKNOWN = automation_pb2.ACTION_STATE_UNKNOWN


@dataclass
class House:
    """The rooms that an action passes through."""

    profile: ProfileRoom
    content: RunningRoom
    automation: RunningRoom
    clients: Any

    async def lost_publication(self, fault: str) -> tuple[Author, str, str]:
        """A post whose answer was lost: its author, content and attempt."""
        user_id = await self.profile.connected_user()
        author = Author(self.content, user_id, self.content.as_user(user_id))
        machinery = Machinery(self.content)
        await author.due("Grüße (an alle)")
        claim = await machinery.claim_one()
        task = await machinery.begin(claim)
        attempt = await self.clients.automation.BeginAttempt(
            automation.BeginAttemptRequest(
                action_id=task.action_id,
                attempt=1,
                user_id=task.user_id,
                action_type="publish_post",
                content_id=claim.content_id,
                claimed_by="worker",
            )
        )
        reserve = safety.ReserveActionRequest(
            attempt_id=attempt.attempt_id, user_id=task.user_id, action_type="publish_post"
        )
        await self.clients.safety.ReserveAction(reserve)
        self.profile.sandbox.post("faults", kind=fault, operation="posts.CREATE")
        post = kinds.PublishPost(text=task.text, visibility=kinds.VISIBILITY_PUBLIC)
        request = profile_pb.ExecuteActionRequest(
            attempt_id=attempt.attempt_id, user_id=task.user_id, publish_post=post
        )
        reply = await self.clients.profile.ExecuteAction(request)
        assert reply.outcome == profile_pb.ACTION_OUTCOME_UNKNOWN
        ended = automation.RecordAttemptRequest(
            attempt_id=attempt.attempt_id, fence=attempt.fence, state=UNKNOWN
        )
        await self.clients.automation.RecordAttempt(ended)
        await machinery.record(claim, content.PUBLICATION_OUTCOME_UNKNOWN, error="lost")
        return author, claim.content_id, attempt.attempt_id

    async def read_back(self) -> dict[str, Any]:
        """A minute later: the ledger hands out, a worker delivers, twice as it may happen."""
        await run_periodic(self.automation, "reconcile_unknown")
        (payload,) = await self.automation.admin.fetch(
            "SELECT payload::text FROM automation.outbox ORDER BY created_at DESC LIMIT 1"
        )
        told: dict[str, Any] = json.loads(payload["payload"])
        open_ = cast("Open", self)
        for _ in range(2):
            await reconcile_unknown._reconcile(open_, Delivery("m", told["user_id"], told, ""))
        return told

    async def state(self, attempt_id: str) -> str:
        state: str = await self.automation.admin.fetchval(
            "SELECT state FROM automation.automation_logs WHERE id = $1", UUID(attempt_id)
        )
        return state

    async def steps(self, attempt_id: str) -> list[str]:
        rows = await self.automation.admin.fetch(
            "SELECT to_state FROM automation.automation_log_events"
            " WHERE attempt_id = $1 ORDER BY id",
            UUID(attempt_id),
        )
        return [row["to_state"] for row in rows]

    async def last_step(self, attempt_id: str) -> dict[str, Any]:
        """What the attempt's story tells of its end."""
        detail = await self.automation.admin.fetchval(
            "SELECT detail::text FROM automation.automation_log_events"
            " WHERE attempt_id = $1 ORDER BY id DESC LIMIT 1",
            UUID(attempt_id),
        )
        told: dict[str, Any] = json.loads(detail)
        return told


@pytest.fixture
async def house(
    start_profile: StartProfile, start_room: Any, wide_sandbox: SandboxProcess
) -> AsyncIterator[House]:
    async with entitling() as auth:
        profile = await start_profile(wide_sandbox, scopes=WIDE)
        written = await start_room("content", build_content, mesh=mesh_settings(auth.address))
        ledger = await start_room("automation", build_automation)
        guard = await start_room("safety", build_safety)

        @dataclass
        class Clients:
            profile: Any
            content: Any
            automation: Any
            safety: Any

        clients = Clients(
            AsWorkers(ProfileInternalServiceStub(profile.room.channel), profile.room),
            AsWorkers(ContentInternalServiceStub(written.channel), written),
            AsWorkers(AutomationInternalServiceStub(ledger.channel), ledger),
            AsWorkers(SafetyInternalServiceStub(guard.channel), guard),
        )
        yield House(profile, written, ledger, clients)


async def test_a_lost_publication_is_settled_end_to_end(house: House) -> None:
    author, content_id, attempt_id = await house.lost_publication("apply_then_drop")
    unsettled = await author.get(content_id)
    assert unsettled.publish_state == content_pb2.PUBLISH_STATE_UNKNOWN

    await house.read_back()

    (applied,) = house.profile.applied()
    published = await author.get(content_id)
    assert published.publish_state == content_pb2.PUBLISH_STATE_PUBLISHED
    assert published.linkedin_post_urn == applied["urn"]
    assert await house.state(attempt_id) == "confirmed"
    assert await house.steps(attempt_id) == ["claimed", "unknown", "reconciling", "confirmed"]
    assert (await house.last_step(attempt_id))["evidence"] == "read_back"
    outcome = await house.automation.admin.fetchval(
        "SELECT outcome FROM safety.action_reservations WHERE attempt_id = $1", UUID(attempt_id)
    )
    assert outcome == "sent"
    events = await house.automation.admin.fetchval(
        "SELECT count(*) FROM content.outbox WHERE topic = 'events'"
    )
    assert events == 1, "it is counted once, however often it is told"


async def test_what_is_not_there_is_waited_for_and_then_not_made(house: House) -> None:
    author, content_id, attempt_id = await house.lost_publication("unavailable")
    admin = house.automation.admin

    first = await house.read_back()
    assert await house.state(attempt_id) == "unknown"
    await run_periodic(house.automation, "reconcile_unknown")
    assert await house.state(attempt_id) == "unknown", "it is not due yet"
    await admin.execute(
        "UPDATE profile.linkedin_attempts SET sent_at = sent_at - interval '6 minutes'"
    )
    for _ in range(2):
        await admin.execute("UPDATE automation.automation_logs SET lease_until = now()")
        last = await house.read_back()

    assert last["fence"] > first["fence"]
    assert await house.state(attempt_id) == "not_found"
    failed = await author.get(content_id)
    assert failed.publish_state == content_pb2.PUBLISH_STATE_FAILED
    assert failed.publish_error
    assert house.profile.applied() == []
    late = automation.RecordReconciliationRequest(
        attempt_id=attempt_id,
        fence=first["fence"],
        state=automation_pb2.ACTION_STATE_CONFIRMED,
        remote_id="urn:li:share:1",
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await house.clients.automation.RecordReconciliation(late)
    assert refused.value.code() is StatusCode.ABORTED


async def test_a_reading_of_which_nothing_comes_back_is_handed_out_again(house: House) -> None:
    _, _, attempt_id = await house.lost_publication("apply_then_500")
    await run_periodic(house.automation, "reconcile_unknown")
    assert await house.state(attempt_id) == "reconciling"

    await house.automation.admin.execute(
        "UPDATE automation.automation_logs SET lease_until = now()"
    )
    told = await house.read_back()

    assert told["fence"] == 3
    assert await house.state(attempt_id) == "confirmed"
