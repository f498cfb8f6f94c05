"""Analytics over gRPC, for workers: proto in, domain call, proto out."""

from uuid import UUID

from inergize.analytics.v1 import analytics_internal_service_pb2 as pb

from services.analytics import convert
from services.analytics.domain import Collector, Figures
from services.kernel.interceptors.call import Context


class AnalyticsInternalServicer:
    """How events come in and users begin."""

    def __init__(self, collector: Collector, figures: Figures) -> None:
        self._collector = collector
        self._figures = figures

    async def RecordEvents(
        self, request: pb.RecordEventsRequest, context: Context
    ) -> pb.RecordEventsResponse:
        await self._collector.record(convert.events_from_proto(request))
        return pb.RecordEventsResponse()

    async def InitializeUser(
        self, request: pb.InitializeUserRequest, context: Context
    ) -> pb.InitializeUserResponse:
        await self._figures.initialize(UUID(request.user_id))
        return pb.InitializeUserResponse()
