"""Web Push over gRPC, for those who want to be pushed to."""

import base64
from urllib.parse import urlsplit
from uuid import UUID

from inergize.profile.v1 import profile_push_pb2 as pb

from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.messages import to_timestamp
from services.kernel.paging import page_size
from services.profile.push.domain import Subscriptions
from services.profile.push.model import BrowserKeys, Subscription
from services.profile.push.vapid import Vapid


class PushServicer:
    """Proto in, domain call, proto out."""

    def __init__(self, subscriptions: Subscriptions, vapid: Vapid) -> None:
        self._subscriptions = subscriptions
        self._vapid = vapid

    async def GetPushKey(
        self, request: pb.GetPushKeyRequest, context: Context
    ) -> pb.GetPushKeyResponse:
        return pb.GetPushKeyResponse(public_key=await self._vapid.public_key())

    async def AddPushSubscription(
        self, request: pb.AddPushSubscriptionRequest, context: Context
    ) -> pb.AddPushSubscriptionResponse:
        browser = BrowserKeys(_decoded(request.p256dh), _decoded(request.auth))
        added = await self._subscriptions.add(
            current_caller().user_id, request.name, request.endpoint, browser
        )
        return pb.AddPushSubscriptionResponse(subscription=_to_proto(added))

    async def ListPushSubscriptions(
        self, request: pb.ListPushSubscriptionsRequest, context: Context
    ) -> pb.ListPushSubscriptionsResponse:
        page, next_page_token = await self._subscriptions.page(
            current_caller().user_id, page_size(request.page_size), request.page_token
        )
        return pb.ListPushSubscriptionsResponse(
            subscriptions=map(_to_proto, page), next_page_token=next_page_token
        )

    async def RemovePushSubscription(
        self, request: pb.RemovePushSubscriptionRequest, context: Context
    ) -> pb.RemovePushSubscriptionResponse:
        await self._subscriptions.remove(current_caller().user_id, UUID(request.subscription_id))
        return pb.RemovePushSubscriptionResponse()


def _decoded(text: str) -> bytes:
    """The bytes of base64url; the contract has checked its letters and its length."""
    bare = text.rstrip("=")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


def _to_proto(subscription: Subscription) -> pb.PushSubscription:
    return pb.PushSubscription(
        subscription_id=str(subscription.subscription_id),
        name=subscription.name,
        endpoint_host=urlsplit(subscription.endpoint).hostname or "",
        last_pushed_time=to_timestamp(subscription.last_pushed_at),
        created_time=to_timestamp(subscription.created_at),
    )
