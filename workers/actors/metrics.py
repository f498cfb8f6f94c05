"""Actors that hand on what was counted at LinkedIn. Handing it on again counts nothing twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from inergize.analytics.v1 import analytics_internal_service_pb2 as analytics
from inergize.content.v1 import content_internal_service_pb2 as content

from workers.deliveries import Delivery, deliver
from workers.resources import Open

_CONTENT_METRICS = {
    "views": content.PERFORMANCE_METRIC_VIEWS,
    "likes": content.PERFORMANCE_METRIC_LIKES,
    "comments": content.PERFORMANCE_METRIC_COMMENTS,
    "shares": content.PERFORMANCE_METRIC_SHARES,
    "clicks": content.PERFORMANCE_METRIC_CLICKS,
}
"""Those that Content keeps; the time series keeps all."""


async def record_profile_metrics(service: str, message_id: str, fence: int) -> None:
    """Give the counts of a member and of their company pages to the time series."""
    await deliver(service, message_id, fence, _record_profile_metrics)


async def record_post_metrics(service: str, message_id: str, fence: int) -> None:
    """Give a post's counts to its content, and to the time series under that content."""
    await deliver(service, message_id, fence, _record_post_metrics)


async def _record_profile_metrics(open_: Open, delivery: Delivery) -> None:
    payload = delivery.payload
    member = {"urn": "", "metrics": payload["metrics"]}
    # A message of an older release tells of no pages.
    for counted in (member, *payload.get("pages", ())):
        await open_.clients.analytics.RecordProfileMetrics(
            analytics.RecordProfileMetricsRequest(
                user_id=payload["user_id"],
                page_urn=counted["urn"],
                time=_time(payload),
                measurements=_measurements(counted["metrics"]),
            )
        )


async def _record_post_metrics(open_: Open, delivery: Delivery) -> None:
    payload = delivery.payload
    counts = [
        content.PerformanceCount(metric=_CONTENT_METRICS[one["metric_type"]], value=one["value"])
        for one in payload["metrics"]
        if one["metric_type"] in _CONTENT_METRICS
    ]
    reply = await open_.clients.content.RecordPerformance(
        content.RecordPerformanceRequest(
            user_id=payload["user_id"],
            post_urn=payload["post_urn"],
            time=_time(payload),
            counts=counts,
        )
    )
    if not reply.content_id:  # erased, or not published from a content
        return
    await open_.clients.analytics.RecordContentMetrics(
        analytics.RecordContentMetricsRequest(
            user_id=payload["user_id"],
            content_id=reply.content_id,
            time=_time(payload),
            measurements=_measurements(payload["metrics"]),
        )
    )


def _measurements(metrics: Sequence[Mapping[str, Any]]) -> list[analytics.Measurement]:
    return [
        analytics.Measurement(
            event_id=one["event_id"],
            metric_type=one["metric_type"],
            value=one["value"],
            previous_value=one["previous"],
        )
        for one in metrics
    ]


def _time(payload: Mapping[str, Any]) -> Timestamp:
    time = Timestamp()
    time.FromDatetime(datetime.fromisoformat(payload["time"]))
    return time
