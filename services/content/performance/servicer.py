"""How posts do, over gRPC: proto in, domain call, proto out."""

from uuid import UUID

from inergize.content.v1 import content_internal_service_pb2 as pb

from services.content.performance.domain import Performance
from services.kernel.interceptors.call import Context
from services.kernel.messages import to_datetime

_METRICS = {
    pb.PERFORMANCE_METRIC_VIEWS: "views",
    pb.PERFORMANCE_METRIC_LIKES: "likes",
    pb.PERFORMANCE_METRIC_COMMENTS: "comments",
    pb.PERFORMANCE_METRIC_SHARES: "shares",
    pb.PERFORMANCE_METRIC_CLICKS: "clicks",
}


class PerformanceInternalServicer:
    """What workers report."""

    def __init__(self, performance: Performance) -> None:
        self._performance = performance

    async def RecordPerformance(
        self, request: pb.RecordPerformanceRequest, context: Context
    ) -> pb.RecordPerformanceResponse:
        content_id = await self._performance.record(
            UUID(request.user_id),
            request.post_urn,
            to_datetime("time", request.time),
            {_METRICS[one.metric]: one.value for one in request.counts},
        )
        return pb.RecordPerformanceResponse(content_id=str(content_id or ""))
