"""Notifications over gRPC, for those who are told."""

from collections.abc import AsyncIterator
from uuid import UUID

from inergize.profile.v1 import profile_notifications_pb2 as pb

from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.messages import to_datetime
from services.kernel.paging import page_size
from services.profile.notifications import convert
from services.profile.notifications.domain import Notifications
from services.profile.notifications.watching import Watching


class NotificationsServicer:
    """Proto in, domain call, proto out."""

    def __init__(self, notifications: Notifications, watching: Watching) -> None:
        self._notifications = notifications
        self._watching = watching

    async def ListNotifications(
        self, request: pb.ListNotificationsRequest, context: Context
    ) -> pb.ListNotificationsResponse:
        page, next_page_token, unread_count = await self._notifications.page(
            current_caller().user_id,
            is_unread_only=request.is_unread_only,
            kinds=request.kinds,
            size=page_size(request.page_size),
            page_token=request.page_token,
        )
        return pb.ListNotificationsResponse(
            notifications=map(convert.notification_to_proto, page),
            next_page_token=next_page_token,
            unread_count=unread_count,
        )

    async def MarkNotificationsRead(
        self, request: pb.MarkNotificationsReadRequest, context: Context
    ) -> pb.MarkNotificationsReadResponse:
        up_to = None
        if request.HasField("up_to_time"):
            up_to = to_datetime("up_to_time", request.up_to_time)
        marked_count, unread_count = await self._notifications.mark_read(
            current_caller().user_id, list(map(UUID, request.notification_ids)), up_to
        )
        return pb.MarkNotificationsReadResponse(
            marked_count=marked_count, unread_count=unread_count
        )

    async def WatchNotifications(
        self, request: pb.WatchNotificationsRequest, context: Context
    ) -> AsyncIterator[pb.WatchNotificationsResponse]:
        async for news in self._watching.watch(current_caller().user_id):
            yield convert.news_to_proto(news)
        yield pb.WatchNotificationsResponse(is_last=True)
