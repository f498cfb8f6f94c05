"""Content over gRPC, for the scheduler and the workers."""

from uuid import UUID

from inergize.content.v1 import content_internal_service_pb2 as pb

from services.content import convert
from services.content.publishing import Publishing
from services.kernel.interceptors.call import Context

SERVICE = "inergize.content.v1.ContentInternalService"


class ContentInternalServicer:
    """Proto in, domain call, proto out."""

    def __init__(self, publishing: Publishing) -> None:
        self._publishing = publishing

    async def ClaimDueContent(
        self, request: pb.ClaimDueContentRequest, context: Context
    ) -> pb.ClaimDueContentResponse:
        due = await self._publishing.claim_due(request.limit, request.claimed_by)
        return convert.due_to_proto(due)

    async def BeginPublication(
        self, request: pb.BeginPublicationRequest, context: Context
    ) -> pb.BeginPublicationResponse:
        publication = await self._publishing.begin(UUID(request.content_id), request.fence)
        return convert.publication_to_proto(publication)

    async def RecordPublication(
        self, request: pb.RecordPublicationRequest, context: Context
    ) -> pb.RecordPublicationResponse:
        result = convert.result_from_proto(request)
        await self._publishing.record(UUID(request.content_id), request.fence, result)
        return pb.RecordPublicationResponse()

    async def SettlePublication(
        self, request: pb.SettlePublicationRequest, context: Context
    ) -> pb.SettlePublicationResponse:
        result = convert.settlement_from_proto(request)
        content_id, action_id = UUID(request.content_id), UUID(request.action_id)
        await self._publishing.settle(content_id, action_id, result)
        return pb.SettlePublicationResponse()
