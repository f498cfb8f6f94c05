"""Measurements over gRPC: proto in, domain call, proto out."""

from collections.abc import Iterable
from uuid import UUID

from inergize.analytics.v1 import analytics_internal_service_pb2 as pb

from services.analytics.measurements.domain import Measurements
from services.analytics.measurements.model import Measurement
from services.kernel.interceptors.call import Context
from services.kernel.messages import to_datetime


class MeasurementsInternalServicer:
    """What workers report."""

    def __init__(self, measurements: Measurements) -> None:
        self._measurements = measurements

    async def RecordProfileMetrics(
        self, request: pb.RecordProfileMetricsRequest, context: Context
    ) -> pb.RecordProfileMetricsResponse:
        await self._measurements.of_member(
            UUID(request.user_id),
            request.page_urn or None,
            at=to_datetime("time", request.time),
            measured=_from_proto(request.measurements),
        )
        return pb.RecordProfileMetricsResponse()

    async def RecordContentMetrics(
        self, request: pb.RecordContentMetricsRequest, context: Context
    ) -> pb.RecordContentMetricsResponse:
        await self._measurements.of_content(
            UUID(request.user_id),
            UUID(request.content_id),
            at=to_datetime("time", request.time),
            measured=_from_proto(request.measurements),
        )
        return pb.RecordContentMetricsResponse()


def _from_proto(measured: Iterable[pb.Measurement]) -> list[Measurement]:
    return [
        Measurement(
            UUID(one.event_id),
            one.metric_type,
            one.value,
            one.previous_value if one.HasField("previous_value") else None,
        )
        for one in measured
    ]
