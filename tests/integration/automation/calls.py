"""Calls that the tests of the automation room make over and over."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from inergize.automation.v1 import automation_internal_service_pb2 as internal
from inergize.automation.v1 import automation_pb2
from inergize.automation.v1 import automation_service_pb2 as pb
from inergize.automation.v1.automation_internal_service_pb2_grpc import (
    AutomationInternalServiceStub,
)
from inergize.automation.v1.automation_service_pb2_grpc import AutomationServiceStub

from tests.support.rooms import RunningRoom

CLAIMED = automation_pb2.ACTION_STATE_CLAIMED
CONFIRMED = automation_pb2.ACTION_STATE_CONFIRMED
REJECTED = automation_pb2.ACTION_STATE_REJECTED
UNKNOWN = automation_pb2.ACTION_STATE_UNKNOWN
BLOCKED = automation_pb2.ACTION_STATE_BLOCKED
SKIPPED = automation_pb2.ACTION_STATE_SKIPPED
URN = "urn:li:share:7000000000000000001"

State: TypeAlias = automation_pb2.ActionState.ValueType


def timestamp(at: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(at)
    return made


@dataclass
class Workers:
    """The workers, as the ledger meets them."""

    room: RunningRoom
    user_id: UUID

    @property
    def stub(self) -> Any:
        return AutomationInternalServiceStub(self.room.channel)

    async def begin(
        self, action_id: UUID | None = None, attempt: int = 1, **fields: Any
    ) -> internal.BeginAttemptResponse:
        given = {"user_id": str(self.user_id), "claimed_by": "worker-1"}
        fields = given | {"action_type": "publish_post"} | fields
        request = internal.BeginAttemptRequest(
            action_id=str(action_id or uuid4()),
            attempt=attempt,
            due_time=timestamp(datetime.now(UTC)),
            **fields,
        )
        reply: internal.BeginAttemptResponse = await self.stub.BeginAttempt(
            request, metadata=self.room.as_service("workers")
        )
        return reply

    async def record(self, attempt_id: str, fence: int, state: State, **fields: Any) -> None:
        if state == CONFIRMED:
            fields = {"remote_id": URN} | fields
        request = internal.RecordAttemptRequest(
            attempt_id=attempt_id, fence=fence, state=state, **fields
        )
        await self.stub.RecordAttempt(request, metadata=self.room.as_service("workers"))

    async def end(self, begun: internal.BeginAttemptResponse, state: State, **fields: Any) -> None:
        await self.record(begun.attempt_id, begun.fence, state, **fields)

    async def lapse_leases(self) -> None:
        await self.room.admin.execute(
            "UPDATE automation.automation_logs SET lease_until = now() WHERE state = 'claimed'"
        )


@dataclass
class Reader:
    """A signed-in user who reads the ledger."""

    room: RunningRoom
    metadata: list[tuple[str, str]]

    @property
    def stub(self) -> Any:
        return AutomationServiceStub(self.room.channel)

    async def get(self, attempt_id: str) -> pb.GetActionResponse:
        request = pb.GetActionRequest(attempt_id=attempt_id)
        reply: pb.GetActionResponse = await self.stub.GetAction(request, metadata=self.metadata)
        return reply

    async def list(self, **fields: Any) -> pb.ListActionsResponse:
        request = pb.ListActionsRequest(**fields)
        reply: pb.ListActionsResponse = await self.stub.ListActions(request, metadata=self.metadata)
        return reply


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value
