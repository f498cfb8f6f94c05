"""Messages to models and back."""

import json
import re
from typing import Any
from uuid import UUID

from inergize.analytics.v1 import analytics_internal_service_pb2 as internal_pb
from inergize.analytics.v1 import analytics_pb2 as pb
from inergize.analytics.v1 import analytics_service_pb2 as service_pb

from services.analytics.model import Dashboard, Event, LiveCounts, MeasuredCall
from services.kernel.errors import InvalidRequest
from services.kernel.messages import to_datetime, to_timestamp

# An escaped NUL: after an even number of backslashes, else the backslash itself is escaped.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def events_from_proto(request: internal_pb.RecordEventsRequest) -> list[Event]:
    """A batch of events. Raises InvalidRequest naming the first event that is malformed."""
    return [_event(f"events[{index}]", event) for index, event in enumerate(request.events)]


def _event(path: str, event: internal_pb.Event) -> Event:
    return Event(
        UUID(event.event_id),
        UUID(event.user_id),
        to_datetime(f"{path}.time", event.time),
        event.event_type,
        event.event_category,
        properties_from_json(f"{path}.properties_json", event.properties_json),
    )


def measured_calls_from_proto(
    request: internal_pb.RecordApiPerformanceRequest,
) -> list[MeasuredCall]:
    """Measurements. Raises InvalidRequest naming the first whose time does not exist."""
    return [_measured(f"calls[{index}]", call) for index, call in enumerate(request.calls)]


def _measured(path: str, call: internal_pb.ApiCallMeasurement) -> MeasuredCall:
    has_remaining = call.HasField("rate_limit_remaining")
    return MeasuredCall(
        UUID(call.event_id),
        UUID(call.user_id),
        to_datetime(f"{path}.time", call.time),
        call.endpoint,
        call.response_time_ms,
        call.status_code,
        call.rate_limit_remaining if has_remaining else None,
        call.error_type,
    )


def properties_from_json(field: str, text: str) -> dict[str, Any]:
    """A JSON object that PostgreSQL can hold; an empty text is an empty object.

    Raises InvalidRequest naming `field`.
    """
    try:
        properties = json.loads(text or "{}")
        kept = json.dumps(properties, ensure_ascii=False, allow_nan=False)
        kept.encode()  # refuses half of a surrogate pair, as PostgreSQL does
    except (ValueError, RecursionError):
        raise InvalidRequest({field: "must be valid JSON"}) from None
    if not isinstance(properties, dict):
        raise InvalidRequest({field: "must be a JSON object"})
    if _NUL.search(kept):
        raise InvalidRequest({field: "text must not contain the character NUL"})
    return properties


def dashboard_to_proto(dashboard: Dashboard) -> service_pb.GetDashboardResponse:
    """The dashboard as users get it."""
    return service_pb.GetDashboardResponse(
        live=_live(dashboard.live),
        event_counts=[
            pb.EventCount(
                event_type=found.event_type,
                event_category=found.event_category,
                count=found.count,
            )
            for found in dashboard.event_counts
        ],
        is_degraded=dashboard.is_degraded,
    )


def _live(counts: LiveCounts) -> pb.LiveMetrics:
    # The counters have the names of the fields.
    return pb.LiveMetrics(**counts.counts, last_updated_time=to_timestamp(counts.last_updated_at))
