"""What Safety knows: attempts, uses, limits and decisions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.kernel.db import Row

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Verdict(StrEnum):
    """Safety's answer. Only ALLOWED allows."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    DEFERRED = "deferred"
    NEEDS_CONFIRMATION = "needs_confirmation"


class Outcome(StrEnum):
    """What became of a reservation."""

    PENDING = "pending"
    SENT = "sent"
    UNKNOWN = "unknown"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one action in a user's name."""

    attempt_id: UUID
    user_id: UUID
    action_type: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about an attempt."""

    verdict: Verdict
    rules: tuple[str, ...] = ()
    """The rules that stand in the way; empty when allowed."""
    next_allowed_at: datetime | None = None
    """When deferred: the earliest time at which no rule stands in the way any more."""

    @classmethod
    def from_row(cls, row: Row) -> "Decision":
        """Read a row of `action_reservations`."""
        return cls(Verdict(row["verdict"]), tuple(row["reasons"]), row["next_allowed_time"])


@dataclass(frozen=True, slots=True)
class Use:
    """Quota that was reserved and not given back."""

    attempt_id: UUID
    action_type: str
    at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class Window:
    """At most `cap` units in any span of `length`."""

    rule: str
    cap: int
    length: timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one action is allowed."""

    daily_cap: int
    weekly_cap: int
    min_gap: timedelta

    def windows(self) -> tuple[Window, ...]:
        """The limits as rolling windows; a gap is a window with room for one."""
        return (
            Window("daily_cap", self.daily_cap, DAY),
            Window("weekly_cap", self.weekly_cap, WEEK),
            Window("min_gap", 1, self.min_gap),
        )


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """A user's own limits of one action, which may only be tighter than the platform's."""

    daily_cap: int
    weekly_cap: int
    min_gap: timedelta
    warmup_start: int
    """Actions a day at the start of the warm-up."""
    ramp_per_day: Decimal

    @classmethod
    def from_row(cls, row: Row) -> "OwnLimits":
        """Read a row of `safety_limits`."""
        return cls(
            row["daily_cap"],
            row["weekly_cap"],
            timedelta(seconds=row["min_gap_seconds"]),
            row["warmup_start"],
            row["ramp_per_day"],
        )


@dataclass(frozen=True, slots=True)
class Account:
    """A user's safety settings, at an instant of the database's clock."""

    now: datetime
    time_zone: str = "UTC"
    is_restricted: bool = False
    is_paused_for_good: bool = False
    paused_until: datetime | None = None
    warmup_day: int | None = None
    """Days since the warm-up began; None without a warm-up."""


@dataclass(frozen=True, slots=True)
class QuotaWindow:
    """How much of one window is used."""

    action_type: str
    name: str
    """`day` or `week`."""
    used: int
    limit: int
    reset_at: datetime | None
    """When the oldest use leaves the window."""
