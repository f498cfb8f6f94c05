"""Webhooks over gRPC, for their owners."""

from datetime import timedelta
from uuid import UUID

from inergize.profile.v1 import profile_webhooks_pb2 as pb

from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.messages import to_datetime
from services.kernel.paging import page_size
from services.profile.webhooks import convert
from services.profile.webhooks.deliveries import Deliveries
from services.profile.webhooks.domain import Webhooks
from services.profile.webhooks.model import Wanted

GRACE = timedelta(hours=24)
"""How long an old secret signs unless its owner says otherwise."""


class WebhooksServicer:
    """Proto in, domain call, proto out."""

    def __init__(self, webhooks: Webhooks, deliveries: Deliveries) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries

    async def CreateWebhook(
        self, request: pb.CreateWebhookRequest, context: Context
    ) -> pb.CreateWebhookResponse:
        wanted = Wanted(request.url, tuple(request.event_types), request.description)
        webhook, secret = await self._webhooks.create(current_caller(), wanted)
        return pb.CreateWebhookResponse(webhook=convert.webhook_to_proto(webhook), secret=secret)

    async def ListWebhooks(
        self, request: pb.ListWebhooksRequest, context: Context
    ) -> pb.ListWebhooksResponse:
        page, next_page_token = await self._webhooks.page(
            current_caller().user_id, page_size(request.page_size), request.page_token
        )
        return pb.ListWebhooksResponse(
            webhooks=map(convert.webhook_to_proto, page), next_page_token=next_page_token
        )

    async def GetWebhook(
        self, request: pb.GetWebhookRequest, context: Context
    ) -> pb.GetWebhookResponse:
        webhook = await self._webhooks.get(current_caller().user_id, UUID(request.webhook_id))
        return pb.GetWebhookResponse(webhook=convert.webhook_to_proto(webhook))

    async def UpdateWebhook(
        self, request: pb.UpdateWebhookRequest, context: Context
    ) -> pb.UpdateWebhookResponse:
        changes = convert.changes_from_proto(request.webhook, request.update_mask.paths)
        webhook = await self._webhooks.update(
            current_caller().user_id, UUID(request.webhook_id), changes, request.etag
        )
        return pb.UpdateWebhookResponse(webhook=convert.webhook_to_proto(webhook))

    async def DeleteWebhook(
        self, request: pb.DeleteWebhookRequest, context: Context
    ) -> pb.DeleteWebhookResponse:
        await self._webhooks.delete(
            current_caller().user_id, UUID(request.webhook_id), request.etag
        )
        return pb.DeleteWebhookResponse()

    async def RotateWebhookSecret(
        self, request: pb.RotateWebhookSecretRequest, context: Context
    ) -> pb.RotateWebhookSecretResponse:
        grace = request.grace.ToTimedelta() if request.HasField("grace") else GRACE
        webhook, secret = await self._webhooks.rotate(
            current_caller().user_id, UUID(request.webhook_id), grace
        )
        return pb.RotateWebhookSecretResponse(
            webhook=convert.webhook_to_proto(webhook), secret=secret
        )

    async def SendTestWebhook(
        self, request: pb.SendTestWebhookRequest, context: Context
    ) -> pb.SendTestWebhookResponse:
        delivery = await self._webhooks.send_test(
            current_caller().user_id, UUID(request.webhook_id)
        )
        return pb.SendTestWebhookResponse(delivery=convert.delivery_to_proto(delivery))

    async def ListWebhookDeliveries(
        self, request: pb.ListWebhookDeliveriesRequest, context: Context
    ) -> pb.ListWebhookDeliveriesResponse:
        page, next_page_token = await self._deliveries.page(
            current_caller().user_id,
            UUID(request.webhook_id),
            states=convert.states_from_proto(request.states),
            event_types=request.event_types,
            size=page_size(request.page_size),
            page_token=request.page_token,
        )
        return pb.ListWebhookDeliveriesResponse(
            deliveries=map(convert.delivery_to_proto, page), next_page_token=next_page_token
        )

    async def GetWebhookDelivery(
        self, request: pb.GetWebhookDeliveryRequest, context: Context
    ) -> pb.GetWebhookDeliveryResponse:
        delivery = await self._deliveries.get(
            current_caller().user_id, UUID(request.webhook_id), UUID(request.delivery_id)
        )
        return pb.GetWebhookDeliveryResponse(delivery=convert.delivery_to_proto(delivery))

    async def ReplayWebhookDelivery(
        self, request: pb.ReplayWebhookDeliveryRequest, context: Context
    ) -> pb.ReplayWebhookDeliveryResponse:
        delivery = await self._deliveries.replay(
            current_caller().user_id, UUID(request.webhook_id), UUID(request.delivery_id)
        )
        return pb.ReplayWebhookDeliveryResponse(delivery=convert.delivery_to_proto(delivery))

    async def ReplayMissedWebhookDeliveries(
        self, request: pb.ReplayMissedWebhookDeliveriesRequest, context: Context
    ) -> pb.ReplayMissedWebhookDeliveriesResponse:
        since = to_datetime("since_time", request.since_time)
        replayed_count = await self._deliveries.replay_missed(
            current_caller().user_id, UUID(request.webhook_id), since
        )
        return pb.ReplayMissedWebhookDeliveriesResponse(replayed_count=replayed_count)

    async def ListWebhookEventTypes(
        self, request: pb.ListWebhookEventTypesRequest, context: Context
    ) -> pb.ListWebhookEventTypesResponse:
        return pb.ListWebhookEventTypesResponse(event_types=convert.event_types_to_proto())
