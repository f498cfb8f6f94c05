"""Counts of members and contents are in the time series once, with how they changed."""

from typing import Any
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from inergize.analytics.v1 import analytics_internal_service_pb2 as pb
from inergize.analytics.v1.analytics_internal_service_pb2_grpc import AnalyticsInternalServiceStub

from tests.integration.analytics.calls import Analytics


def now() -> Timestamp:
    at = Timestamp()
    at.GetCurrentTime()
    return at


async def test_a_members_count_is_kept_once_with_its_change(analytics: Analytics) -> None:
    room = analytics.room
    stub: Any = AnalyticsInternalServiceStub(room.channel)
    request = pb.RecordProfileMetricsRequest(
        user_id=str(await room.make_user()),
        time=now(),
        measurements=[
            pb.Measurement(
                event_id=str(uuid4()), metric_type="followers", value=90, previous_value=120
            ),
            pb.Measurement(event_id=str(uuid4()), metric_type="connections", value=7),
        ],
    )

    for _ in range(2):  # a delivery may be repeated
        await stub.RecordProfileMetrics(request, metadata=room.as_service("workers"))

    rows = await room.admin.fetch(
        "SELECT metric_type, metric_value, previous_value, change_delta"
        " FROM analytics.profile_metrics ORDER BY metric_type"
    )
    assert [tuple(row) for row in rows] == [
        ("connections", 7, None, None),
        ("followers", 90, 120, -30),
    ]


async def test_a_contents_count_is_kept_once(analytics: Analytics) -> None:
    room = analytics.room
    stub: Any = AnalyticsInternalServiceStub(room.channel)
    request = pb.RecordContentMetricsRequest(
        user_id=str(await room.make_user()),
        content_id=str(uuid4()),
        time=now(),
        measurements=[pb.Measurement(event_id=str(uuid4()), metric_type="views", value=40)],
    )

    for _ in range(2):
        await stub.RecordContentMetrics(request, metadata=room.as_service("workers"))

    (row,) = await room.admin.fetch("SELECT * FROM analytics.content_engagement_metrics")
    assert (str(row["content_id"]), row["metric_value"]) == (request.content_id, 40)
