"""Counts of members and contents are in the time series once, with how they changed."""

from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from inergize.analytics.v1 import analytics_internal_service_pb2 as pb
from inergize.analytics.v1.analytics_internal_service_pb2_grpc import AnalyticsInternalServiceStub

from services.profile.reading.figures import announced
from services.profile.reading.model import Figure
from tests.integration.analytics.calls import Analytics
from tests.support.rooms import RunningRoom
from workers.actors.metrics import _record_profile_metrics
from workers.deliveries import Delivery

PAGE = "urn:li:organization:2414183"


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


async def test_a_pages_count_is_told_apart_from_its_members_and_kept_once(
    analytics: Analytics,
) -> None:
    room = analytics.room
    clients = SimpleNamespace(analytics=_as_workers(room))
    user_id = str(await room.make_user())
    payload: dict[str, Any] = {
        "user_id": user_id,
        "time": datetime.now(UTC).isoformat(),
        "metrics": [_count("followers", 120, 100)],
        "pages": [
            {"urn": PAGE, "metrics": [_count("followers", 77, None), _count("clicks", 5, 3)]},
            {"urn": f"{PAGE}9", "metrics": [_count("followers", 1, 2)]},
        ],
    }
    delivery = Delivery(str(uuid4()), user_id, payload, "")

    for _ in range(2):  # a delivery may be repeated
        await _record_profile_metrics(SimpleNamespace(clients=clients), delivery)  # type: ignore[arg-type]

    rows = await room.admin.fetch(
        "SELECT subject_urn, metric_type, metric_value, change_delta"
        " FROM analytics.profile_metrics ORDER BY subject_urn NULLS FIRST, metric_type"
    )
    assert [tuple(row) for row in rows] == [
        (None, "followers", 120, 20),
        (PAGE, "clicks", 5, 2),
        (PAGE, "followers", 77, None),
        (f"{PAGE}9", "followers", 1, -1),
    ]


def _count(metric_type: str, value: int, previous: int | None) -> dict[str, Any]:
    return announced(Figure("", metric_type, value), previous)


def _as_workers(room: RunningRoom) -> Any:
    stub: Any = AnalyticsInternalServiceStub(room.channel)
    metadata = room.as_service("workers")
    return SimpleNamespace(
        RecordProfileMetrics=partial(stub.RecordProfileMetrics, metadata=metadata)
    )


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
