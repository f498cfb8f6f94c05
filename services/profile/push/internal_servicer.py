"""Web Push over gRPC, for the workers that push."""

from uuid import UUID

from inergize.profile.v1 import profile_push_pb2 as pb

from services.kernel.interceptors.call import Context
from services.profile.push.sending import Pushes


class PushInternalServicer:
    """Proto in, domain call, proto out."""

    def __init__(self, pushes: Pushes) -> None:
        self._pushes = pushes

    async def PreparePush(
        self, request: pb.PreparePushRequest, context: Context
    ) -> pb.PreparePushResponse:
        push = await self._pushes.prepare(
            UUID(request.user_id),
            UUID(request.notification_id),
            UUID(request.subscription_id),
            request.time_zone,
        )
        if push is None:
            return pb.PreparePushResponse()
        return pb.PreparePushResponse(url=push.url, headers=push.headers, body=push.body)

    async def FinishPush(
        self, request: pb.FinishPushRequest, context: Context
    ) -> pb.FinishPushResponse:
        await self._pushes.finish(
            UUID(request.user_id), UUID(request.subscription_id), is_gone=request.is_gone
        )
        return pb.FinishPushResponse()
