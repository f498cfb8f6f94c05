"""Mailed notifications over gRPC, for the workers that send them."""

from uuid import UUID

from inergize.profile.v1 import profile_notification_mails_pb2 as pb

from services.kernel.interceptors.call import Context
from services.profile.notifications import convert
from services.profile.notifications.mails import Mails


class MailServicer:
    """Proto in, domain call, proto out."""

    def __init__(self, mails: Mails) -> None:
        self._mails = mails

    async def PrepareNotificationMail(
        self, request: pb.PrepareNotificationMailRequest, context: Context
    ) -> pb.PrepareNotificationMailResponse:
        user_id = UUID(request.user_id)
        if request.notification_id:
            letter = await self._mails.single(user_id, UUID(request.notification_id))
        else:
            letter = await self._mails.digest(user_id, request.time_zone, UUID(request.message_id))
        return pb.PrepareNotificationMailResponse(
            notifications=map(convert.notification_to_proto, letter.shown),
            notification_ids=map(str, letter.ids),
            unsubscribe_token=letter.unsubscribe_token,
        )

    async def FinishNotificationMail(
        self, request: pb.FinishNotificationMailRequest, context: Context
    ) -> pb.FinishNotificationMailResponse:
        await self._mails.finish(
            UUID(request.user_id),
            list(map(UUID, request.notification_ids)),
            is_digest=request.is_digest,
        )
        return pb.FinishNotificationMailResponse()
