"""Calls that the tests of targets make over and over."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from inergize.automation.v1 import automation_internal_service_pb2 as internal
from inergize.automation.v1 import automation_targets_pb2 as pb
from inergize.automation.v1.automation_internal_service_pb2_grpc import (
    AutomationInternalServiceStub,
)
from inergize.automation.v1.automation_service_pb2_grpc import AutomationServiceStub

from tests.support.rooms import RunningRoom


@dataclass
class Member:
    """A signed-in user with a list."""

    room: RunningRoom
    user_id: UUID

    def __post_init__(self) -> None:
        self.stub: Any = AutomationServiceStub(self.room.channel)
        self.internal: Any = AutomationInternalServiceStub(self.room.channel)
        self.metadata = self.room.as_user(self.user_id)

    async def bring(self, *people: str) -> pb.ImportTargetsResponse:
        return await self.bring_table("\n".join(["url", *people]))

    async def bring_table(self, csv: str) -> pb.ImportTargetsResponse:
        request = pb.ImportTargetsRequest(csv=csv)
        reply: pb.ImportTargetsResponse = await self.stub.ImportTargets(
            request, metadata=self.metadata
        )
        return reply

    async def page(self, **fields: Any) -> pb.ListTargetsResponse:
        request = pb.ListTargetsRequest(**fields)
        reply: pb.ListTargetsResponse = await self.stub.ListTargets(request, metadata=self.metadata)
        return reply

    async def targets(self, **fields: Any) -> dict[str, pb.Target]:
        return {one.target_linkedin_id: one for one in (await self.page(**fields)).targets}

    async def saw(self, target_id: str, outcome: int) -> pb.RecordTargetOutcomeResponse:
        request = pb.RecordTargetOutcomeRequest(target_id=target_id, outcome=outcome)  # type: ignore[arg-type]
        reply: pb.RecordTargetOutcomeResponse = await self.stub.RecordTargetOutcome(
            request, metadata=self.metadata
        )
        return reply

    async def remove(self, target_id: str) -> None:
        await self.stub.RemoveTarget(
            pb.RemoveTargetRequest(target_id=target_id), metadata=self.metadata
        )

    async def told(self, linkedin_id: str, outcome: int) -> internal.RecordReplyResponse:
        """What the workers record once LinkedIn has told it."""
        request = internal.RecordReplyRequest(
            user_id=str(self.user_id),
            linkedin_id=linkedin_id,
            outcome=outcome,  # type: ignore[arg-type]
        )
        reply: internal.RecordReplyResponse = await self.internal.RecordReply(
            request, metadata=self.room.as_service("workers")
        )
        return reply

    async def plan(self, target_linkedin_id: str, state: str = "planned") -> UUID:
        """An action for a person that stands in the ledger."""
        attempt_id: UUID = await self.room.admin.fetchval(
            "INSERT INTO automation.automation_logs"
            " (user_id, action_id, action_type, target_linkedin_id, state)"
            " VALUES ($1, $2, 'send_message', $3, $4) RETURNING id",
            self.user_id,
            uuid4(),
            target_linkedin_id,
            state,
        )
        return attempt_id

    async def state_of(self, attempt_id: UUID) -> str:
        state: str = await self.room.admin.fetchval(
            "SELECT state FROM automation.automation_logs WHERE id = $1", attempt_id
        )
        return state
