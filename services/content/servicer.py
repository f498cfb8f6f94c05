"""Content over gRPC, for users and their programs."""

from collections.abc import AsyncIterator
from uuid import UUID

from inergize.content.v1 import content_service_pb2 as pb
from inergize.content.v1.content_service_pb2_grpc import ContentServiceServicer

from services.content import convert
from services.content.domain import Contents
from services.content.watching import Watching
from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.paging import page_size

SERVICE = "inergize.content.v1.ContentService"


class ContentServicer(ContentServiceServicer):
    """Proto in, domain call, proto out."""

    def __init__(self, contents: Contents, watching: Watching) -> None:
        self._contents = contents
        self._watching = watching

    async def CreateContent(
        self, request: pb.CreateContentRequest, context: Context
    ) -> pb.CreateContentResponse:
        draft = convert.draft_from_proto(request.content)
        content = await self._contents.create(current_caller(), draft)
        return pb.CreateContentResponse(content=convert.content_to_proto(content))

    async def GetContent(
        self, request: pb.GetContentRequest, context: Context
    ) -> pb.GetContentResponse:
        content = await self._contents.get(current_caller(), UUID(request.content_id))
        return pb.GetContentResponse(content=convert.content_to_proto(content))

    async def ListContent(
        self, request: pb.ListContentRequest, context: Context
    ) -> pb.ListContentResponse:
        statuses = [convert.STATUSES[status] for status in request.statuses]
        page, next_page_token = await self._contents.page(
            current_caller(), statuses, page_size(request.page_size), request.page_token
        )
        return pb.ListContentResponse(
            contents=map(convert.content_to_proto, page), next_page_token=next_page_token
        )

    async def ScheduleContent(
        self, request: pb.ScheduleContentRequest, context: Context
    ) -> pb.ScheduleContentResponse:
        content = await self._contents.schedule(
            current_caller(),
            UUID(request.content_id),
            convert.when_from_proto(request),
            request.time_zone,
            request.etag,
        )
        return pb.ScheduleContentResponse(content=convert.content_to_proto(content))

    async def UnscheduleContent(
        self, request: pb.UnscheduleContentRequest, context: Context
    ) -> pb.UnscheduleContentResponse:
        content = await self._contents.unschedule(
            current_caller(), UUID(request.content_id), request.etag
        )
        return pb.UnscheduleContentResponse(content=convert.content_to_proto(content))

    async def WatchContent(
        self, request: pb.WatchContentRequest, context: Context
    ) -> AsyncIterator[pb.WatchContentResponse]:
        watched = self._watching.watch(current_caller(), UUID(request.content_id))
        async for content in watched:
            yield pb.WatchContentResponse(content=convert.content_to_proto(content))
        yield pb.WatchContentResponse(is_last=True)
