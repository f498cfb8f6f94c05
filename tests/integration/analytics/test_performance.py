"""Measurements of calls to LinkedIn: each is kept once, in the time series."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from inergize.analytics.v1 import analytics_internal_service_pb2 as pb
from inergize.analytics.v1.analytics_internal_service_pb2_grpc import AnalyticsInternalServiceStub

from tests.integration.analytics.calls import Analytics, refusal
from tests.support.replies import bad_request


def measured(**fields: Any) -> pb.ApiCallMeasurement:
    """A call that ended just now; `ago` moves it."""
    at = Timestamp()
    at.GetCurrentTime()
    ago: timedelta = fields.pop("ago", timedelta(0))
    at.FromMicroseconds(at.ToMicroseconds() - ago // timedelta(microseconds=1))
    values: dict[str, Any] = {
        "event_id": str(uuid4()),
        "user_id": str(uuid4()),
        "time": at,
        "endpoint": "/rest/posts",
        "response_time_ms": 42,
        "status_code": 201,
    }
    return pb.ApiCallMeasurement(**values | fields)


async def record(analytics: Analytics, *calls: pb.ApiCallMeasurement) -> None:
    stub: Any = AnalyticsInternalServiceStub(analytics.room.channel)
    request = pb.RecordApiPerformanceRequest(calls=calls)
    await stub.RecordApiPerformance(request, metadata=analytics.room.as_service("workers"))


async def test_a_measurement_is_kept_once(analytics: Analytics) -> None:
    made = measured(rate_limit_remaining=7)
    lost = measured(status_code=0, error_type="ReadTimeout")

    await record(analytics, made, lost)
    await record(analytics, lost, made)

    rows = await analytics.room.admin.fetch(
        "SELECT endpoint, response_time_ms, status_code, rate_limit_remaining, error_type"
        "  FROM analytics.api_performance_metrics ORDER BY status_code"
    )
    assert [tuple(row) for row in rows] == [
        ("/rest/posts", 42, 0, None, "ReadTimeout"),
        ("/rest/posts", 42, 201, 7, None),
    ]


async def test_a_measurement_of_long_ago_is_named(analytics: Analytics) -> None:
    refused = await refusal(record(analytics, measured(), measured(ago=timedelta(days=31))))
    assert set(bad_request(refused)) == {"calls[1].time"}
