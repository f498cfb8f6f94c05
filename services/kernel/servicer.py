"""WorkInternalService: a service's outbox, periodic work and users' data, for those who work."""

from collections.abc import AsyncIterator
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from inergize.common.v1 import work_internal_service_pb2 as pb
from inergize.common.v1.work_internal_service_pb2_grpc import WorkInternalServiceServicer

from services.kernel import messages
from services.kernel.interceptors.call import Context
from services.kernel.outbox import Claim, Outbox
from services.kernel.periodic import Periodic, PeriodicClaim
from services.kernel.user_data import UserData

SERVICE = "inergize.common.v1.WorkInternalService"


class WorkServicer(WorkInternalServiceServicer):
    """Work over gRPC; the same in every service."""

    def __init__(self, outbox: Outbox, periodic: Periodic, user_data: UserData) -> None:
        self._outbox = outbox
        self._periodic = periodic
        self._user_data = user_data

    async def ClaimOutbox(
        self, request: pb.ClaimOutboxRequest, context: Context
    ) -> pb.ClaimOutboxResponse:
        claims = await self._outbox.claim(request.limit, request.claimed_by)
        return pb.ClaimOutboxResponse(claims=map(_outbox_claim, claims))

    async def GetOutboxMessage(
        self, request: pb.GetOutboxMessageRequest, context: Context
    ) -> pb.GetOutboxMessageResponse:
        message = await self._outbox.get(UUID(request.message_id), request.fence)
        return pb.GetOutboxMessageResponse(
            topic=message.topic,
            user_id=str(message.user_id or ""),
            payload_json=messages.to_json(message.payload),
            secret=message.secret,
            attempt=message.attempt,
        )

    async def FinishOutboxMessage(
        self, request: pb.FinishOutboxMessageRequest, context: Context
    ) -> pb.FinishOutboxMessageResponse:
        error = None if request.is_delivered else request.error or "no reason given"
        await self._outbox.finish(
            UUID(request.message_id), request.fence, error=error, is_final=request.is_final
        )
        return pb.FinishOutboxMessageResponse()

    async def ClaimPeriodic(
        self, request: pb.ClaimPeriodicRequest, context: Context
    ) -> pb.ClaimPeriodicResponse:
        claims = await self._periodic.claim(request.claimed_by)
        return pb.ClaimPeriodicResponse(claims=map(_periodic_claim, claims))

    async def RunPeriodic(
        self, request: pb.RunPeriodicRequest, context: Context
    ) -> pb.RunPeriodicResponse:
        due_at = messages.to_datetime("due_time", request.due_time)
        is_done = await self._periodic.run(request.name, due_at, request.fence)
        return pb.RunPeriodicResponse(is_done=is_done)

    async def FinishPeriodic(
        self, request: pb.FinishPeriodicRequest, context: Context
    ) -> pb.FinishPeriodicResponse:
        due_at = messages.to_datetime("due_time", request.due_time)
        await self._periodic.fail(request.name, due_at, request.fence, request.error)
        return pb.FinishPeriodicResponse()

    async def ExportUserData(
        self, request: pb.ExportUserDataRequest, context: Context
    ) -> AsyncIterator[pb.ExportUserDataResponse]:
        async for table, rows in self._user_data.export(UUID(request.user_id)):
            yield pb.ExportUserDataResponse(table=table, rows_json=rows)
        yield pb.ExportUserDataResponse(is_last=True)

    async def EraseUserData(
        self, request: pb.EraseUserDataRequest, context: Context
    ) -> pb.EraseUserDataResponse:
        is_done = await self._user_data.erase(UUID(request.user_id))
        return pb.EraseUserDataResponse(is_done=is_done)


def _outbox_claim(claim: Claim) -> pb.OutboxClaim:
    return pb.OutboxClaim(
        message_id=str(claim.message_id),
        topic=claim.topic,
        queue=claim.queue,
        attempt=claim.attempt,
        fence=claim.fence,
    )


def _periodic_claim(claim: PeriodicClaim) -> pb.PeriodicClaim:
    due_time = Timestamp()
    due_time.FromDatetime(claim.due_at)
    return pb.PeriodicClaim(name=claim.name, due_time=due_time, fence=claim.fence)
