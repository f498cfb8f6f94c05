"""Measurements of calls over gRPC, for workers: proto in, domain call, proto out."""

from inergize.analytics.v1 import analytics_internal_service_pb2 as pb

from services.analytics import convert
from services.analytics.performance import Performance
from services.kernel.interceptors.call import Context


class PerformanceInternalServicer:
    """How measurements come in."""

    def __init__(self, performance: Performance) -> None:
        self._performance = performance

    async def RecordApiPerformance(
        self, request: pb.RecordApiPerformanceRequest, context: Context
    ) -> pb.RecordApiPerformanceResponse:
        await self._performance.record(convert.measured_calls_from_proto(request))
        return pb.RecordApiPerformanceResponse()
