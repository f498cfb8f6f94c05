"""Calls that the tests of the content room make over and over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from inergize.content.v1 import content_internal_service_pb2 as internal
from inergize.content.v1 import content_pb2
from inergize.content.v1 import content_service_pb2 as pb
from inergize.content.v1.content_internal_service_pb2_grpc import ContentInternalServiceStub
from inergize.content.v1.content_service_pb2_grpc import ContentServiceStub

from tests.support.rooms import RunningRoom

Metadata = list[tuple[str, str]]
URN = "urn:li:share:7000000000000000001"


def timestamp(at: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(at)
    return made


def soon(**delta: float) -> datetime:
    return datetime.now(UTC) + timedelta(**delta)


@dataclass
class Author:
    """A signed-in user who writes."""

    room: RunningRoom
    user_id: UUID
    metadata: Metadata

    @property
    def stub(self) -> Any:
        return ContentServiceStub(self.room.channel)

    async def create(self, body: str = "Hello #world", **fields: Any) -> content_pb2.Content:
        fields = {"type": content_pb2.CONTENT_TYPE_POST} | fields
        request = pb.CreateContentRequest(content=content_pb2.Content(body=body, **fields))
        reply = await self.stub.CreateContent(request, metadata=self.metadata)
        content: content_pb2.Content = reply.content
        return content

    async def get(self, content_id: str) -> content_pb2.Content:
        request = pb.GetContentRequest(content_id=content_id)
        reply = await self.stub.GetContent(request, metadata=self.metadata)
        content: content_pb2.Content = reply.content
        return content

    async def list(self, **fields: Any) -> pb.ListContentResponse:
        request = pb.ListContentRequest(**fields)
        reply: pb.ListContentResponse = await self.stub.ListContent(request, metadata=self.metadata)
        return reply

    async def schedule(
        self, content_id: str, at: datetime | None = None, **fields: Any
    ) -> content_pb2.Content:
        if at is not None:
            fields["scheduled_time"] = timestamp(at)
        request = pb.ScheduleContentRequest(content_id=content_id, **fields)
        reply = await self.stub.ScheduleContent(request, metadata=self.metadata)
        content: content_pb2.Content = reply.content
        return content

    async def unschedule(self, content_id: str, **fields: Any) -> content_pb2.Content:
        request = pb.UnscheduleContentRequest(content_id=content_id, **fields)
        reply = await self.stub.UnscheduleContent(request, metadata=self.metadata)
        content: content_pb2.Content = reply.content
        return content

    def watch(self, content_id: str, **options: Any) -> Any:
        request = pb.WatchContentRequest(content_id=content_id)
        return self.stub.WatchContent(request, metadata=self.metadata, **options)

    async def due(self, body: str = "Hello #world") -> content_pb2.Content:
        """A content whose time has come."""
        content = await self.create(body)
        return await self.schedule(content.content_id, soon())


@dataclass
class Machinery:
    """The scheduler and the workers, as the room meets them."""

    room: RunningRoom

    @property
    def stub(self) -> Any:
        return ContentInternalServiceStub(self.room.channel)

    async def claim(self, limit: int = 100) -> internal.ClaimDueContentResponse:
        request = internal.ClaimDueContentRequest(limit=limit, claimed_by="scheduler-1")
        metadata = self.room.as_service("scheduler")
        reply: internal.ClaimDueContentResponse = await self.stub.ClaimDueContent(
            request, metadata=metadata
        )
        return reply

    async def claim_one(self) -> internal.PublicationClaim:
        (claim,) = (await self.claim()).claims
        return claim

    async def begin(self, claim: internal.PublicationClaim) -> internal.BeginPublicationResponse:
        request = internal.BeginPublicationRequest(content_id=claim.content_id, fence=claim.fence)
        reply: internal.BeginPublicationResponse = await self.stub.BeginPublication(
            request, metadata=self.room.as_service("workers")
        )
        return reply

    async def record(
        self,
        claim: internal.PublicationClaim,
        outcome: internal.PublicationOutcome.ValueType,
        **fields: Any,
    ) -> None:
        request = internal.RecordPublicationRequest(
            content_id=claim.content_id, fence=claim.fence, outcome=outcome, **fields
        )
        await self.stub.RecordPublication(request, metadata=self.room.as_service("workers"))

    async def publish(self, claim: internal.PublicationClaim) -> None:
        await self.record(claim, internal.PUBLICATION_OUTCOME_PUBLISHED, remote_id=URN)

    async def settle(
        self,
        claim: internal.PublicationClaim,
        outcome: internal.PublicationOutcome.ValueType,
        **fields: Any,
    ) -> None:
        request = internal.SettlePublicationRequest(
            content_id=claim.content_id, action_id=claim.action_id, outcome=outcome, **fields
        )
        await self.stub.SettlePublication(request, metadata=self.room.as_service("workers"))

    async def lapse_leases(self) -> None:
        await self.room.admin.execute("UPDATE content.content SET lease_until = now()")


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value
