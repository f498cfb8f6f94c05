"""Webhooks over gRPC, for those who have something to tell and for those who send it."""

from uuid import UUID

from inergize.profile.v1 import profile_webhooks_pb2 as pb

from services.kernel.db import Database
from services.kernel.errors import InvalidRequest
from services.kernel.interceptors.call import Context
from services.profile.webhooks import convert
from services.profile.webhooks.domain import check_event_types
from services.profile.webhooks.events import EventType, emit
from services.profile.webhooks.sending import Sending


class WebhooksInternalServicer:
    """What our own processes may ask."""

    def __init__(self, db: Database, sending: Sending) -> None:
        self._db = db
        self._sending = sending

    async def EmitEvent(
        self, request: pb.EmitEventRequest, context: Context
    ) -> pb.EmitEventResponse:
        check_event_types([request.event_type])
        data = convert.data_from_json(request.data_json)
        async with self._db.transaction() as tx:
            try:
                await emit(
                    tx,
                    UUID(request.user_id),
                    EventType(request.event_type),
                    data,
                    request.dedupe_key,
                )
            except ValueError as unlike:
                raise InvalidRequest({"data_json": str(unlike)}) from None
        return pb.EmitEventResponse()

    async def ClaimWebhookDeliveries(
        self, request: pb.ClaimWebhookDeliveriesRequest, context: Context
    ) -> pb.ClaimWebhookDeliveriesResponse:
        claimed = await self._sending.claim(request.limit)
        return pb.ClaimWebhookDeliveriesResponse(deliveries=map(convert.outgoing_to_proto, claimed))

    async def FinishWebhookDelivery(
        self, request: pb.FinishWebhookDeliveryRequest, context: Context
    ) -> pb.FinishWebhookDeliveryResponse:
        await self._sending.finish(
            UUID(request.delivery_id), request.fence, convert.result_from_proto(request)
        )
        return pb.FinishWebhookDeliveryResponse()
