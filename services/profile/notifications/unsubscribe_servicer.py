"""Unsubscribing over gRPC and from a browser, without signing in."""

from google.api.httpbody_pb2 import HttpBody
from inergize.profile.v1 import profile_notification_mails_pb2 as pb

from services.kernel.interceptors.call import Context
from services.profile.notifications import unsubscribe_page
from services.profile.notifications.unsubscribing import Unsubscribing

HTML = "text/html; charset=utf-8"


class UnsubscribeServicer:
    """Proto in, domain call, page out."""

    def __init__(self, unsubscribing: Unsubscribing) -> None:
        self._unsubscribing = unsubscribing

    async def ShowUnsubscribePage(
        self, request: pb.ShowUnsubscribePageRequest, context: Context
    ) -> pb.ShowUnsubscribePageResponse:
        page = await _shown(unsubscribe_page.asking(request.token), context)
        return pb.ShowUnsubscribePageResponse(page=page)

    async def Unsubscribe(
        self, request: pb.UnsubscribeRequest, context: Context
    ) -> pb.UnsubscribeResponse:
        await self._unsubscribing.unsubscribe(request.token)
        return pb.UnsubscribeResponse(page=await _shown(unsubscribe_page.done(), context))


async def _shown(page: bytes, context: Context) -> HttpBody:
    await context.send_initial_metadata(unsubscribe_page.HEADERS)
    return HttpBody(content_type=HTML, data=page)
