"""What is known of calls and quotas; times are aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Self
from uuid import UUID

from services.kernel.db import Row
from services.profile.usage.families import Family


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call that was made; `status_code` 0 means that LinkedIn gave no answer."""

    call_id: UUID
    endpoint: str
    method: str
    status_code: int
    response_time_ms: int
    rate_limit_remaining: int | None
    rate_limit_reset: datetime | None
    error_message: str
    attempt_id: UUID | None
    created_at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `list_api_calls`."""
        return cls(*row)


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are asked for: all where a field is None, empty or 0."""

    endpoint_prefix: str = ""
    status_code: int | None = None
    only_failed: bool = False
    from_time: datetime | None = None
    to_time: datetime | None = None


class LimitSource(Enum):
    """How a limit is known."""

    ASSUMED = "assumed"
    """From the settings: LinkedIn publishes none."""
    LEARNED = "learned"
    """LinkedIn refused further calls at this number."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One family's quota today: a member's, or the application's."""

    used: int
    limit: int
    held_until: datetime | None = None
    """No call before this, though the day's quota is not used up."""
    source: LimitSource = LimitSource.ASSUMED

    @property
    def remaining(self) -> int:
        """Calls that may still be made today."""
        return max(self.limit - self.used, 0)


Standings = Mapping[Family, Standing]


@dataclass(frozen=True, slots=True)
class Quota:
    """What a user may still do in one family."""

    family: Family
    used: int
    limit: int
    remaining: int
    """Of the user's own calls; 0 also while the application's quota is used up."""
    resets_at: datetime
    source: LimitSource
    is_application_spent: bool
    """Whether not the user's but the whole application's quota is used up."""


def next_midnight(now: datetime) -> datetime:
    """When the day's quotas begin anew.

    Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits
    """
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)
