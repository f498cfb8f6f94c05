"""What Analytics knows: events, batches, counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.kernel.db import Row

COUNTERS: Mapping[str, tuple[str, ...]] = {
    "views_today": ("profile_viewed",),
    "connections_today": ("connection_accepted",),
    "engagement_today": ("post_reaction", "post_comment", "post_share"),
    "posts_today": ("content_published",),
}
"""Live counter to the event types it counts."""
COUNTED_TYPES = frozenset(event_type for types in COUNTERS.values() for event_type in types)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    event_id: UUID
    user_id: UUID
    at: datetime
    event_type: str
    event_category: str
    properties: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The event as a batch keeps it."""
        return {
            "event_id": str(self.event_id),
            "user_id": str(self.user_id),
            "time": self.at.isoformat(),
            "event_type": self.event_type,
            "event_category": self.event_category,
            "properties": self.properties,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Event":
        """Read what `to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            UUID(kept["event_id"]),
            UUID(kept["user_id"]),
            datetime.fromisoformat(kept["time"]),
            kept["event_type"],
            kept["event_category"],
            dict(kept["properties"]),
        )


@dataclass(frozen=True, slots=True)
class MeasuredCall:
    """How one call to LinkedIn went; `status_code` 0 means that there was no answer."""

    event_id: UUID
    user_id: UUID
    at: datetime
    endpoint: str
    response_time_ms: int
    status_code: int
    rate_limit_remaining: int | None
    error_type: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Events on their way into the time series: a row of the outbox that is not done."""

    batch_id: UUID
    payload: Mapping[str, Any]

    def events(self) -> list[Event]:
        """The batch's events. Raises KeyError, TypeError or ValueError for a damaged payload."""
        return [Event.from_json(kept) for kept in self.payload["events"]]


@dataclass(frozen=True, slots=True)
class LiveCounts:
    """A user's counts of one UTC day."""

    day: date
    counts: Mapping[str, int]
    """Every counter, also those at zero."""
    last_updated_at: datetime | None = None
    """When the latest counted event happened."""

    @classmethod
    def from_row(cls, row: Row) -> "LiveCounts":
        """Read a row of `count_today`."""
        return cls(row["day"], {counter: row[counter] for counter in COUNTERS}, row["last_at"])


@dataclass(frozen=True, slots=True)
class EventCount:
    """How often something happened."""

    event_type: str
    event_category: str
    count: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What a user sees first."""

    live: LiveCounts
    event_counts: Sequence[EventCount]
    is_degraded: bool
    """The live counts come from the time series, because the cache had none."""
