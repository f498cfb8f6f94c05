"""Small conversions between protobuf messages and plain values."""

import json
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from services.kernel.errors import InvalidRequest


def to_timestamp(at: datetime | None) -> Timestamp | None:
    """An aware datetime as a message; None stays None, which leaves a field absent."""
    if at is None:
        return None
    timestamp = Timestamp()
    timestamp.FromDatetime(at)
    return timestamp


def to_datetime(field: str, timestamp: Timestamp) -> datetime:
    """A message as an aware UTC datetime.

    Raises InvalidRequest naming `field` for a time outside the years 1 to 9999.
    """
    try:
        return timestamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidRequest({field: "must be a time between the years 1 and 9999"}) from None


def to_json(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
