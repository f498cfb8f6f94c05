"""A user's preferences."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

from services.kernel.db import Row


class PrivacyLevel(StrEnum):
    """How sparing we are with a user's data."""

    MINIMAL = "minimal"
    """Data serves what its user asks for, and nothing else."""
    STANDARD = "standard"
    ENHANCED = "enhanced"
    """As minimal; and mails and pushes, which others handle, do not say what happened."""


class DigestFrequency(StrEnum):
    """When what is not critical is mailed."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nothing but the critical is pushed, on the user's clock; may go past midnight."""

    start: time
    end: time

    def end_of_quiet(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet hours that `now` lies in are over; None outside of them."""
        local = now.astimezone(zone)
        clock = local.time().replace(tzinfo=None)
        if not self._holds(clock):
            return None
        is_past_midnight = self.start > self.end and clock >= self.start
        day = local.date() + timedelta(days=1 if is_past_midnight else 0)
        return datetime.combine(day, self.end, tzinfo=zone)

    def _holds(self, clock: time) -> bool:
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a user wants; the defaults are those of the table."""

    notification_email: bool = True
    notification_push: bool = True
    auto_sync_linkedin: bool = True
    optimal_posting_enabled: bool = True
    automation_enabled: bool = False
    ai_suggestions_enabled: bool = True
    benchmark_consent: bool = False
    privacy_level: PrivacyLevel = PrivacyLevel.STANDARD
    digest_frequency: DigestFrequency = DigestFrequency.DAILY
    quiet_hours: QuietHours | None = None
    muted_kinds: tuple[str, ...] = ()
    """Of notifications that the user does not want to be told of; sorted."""
    version: int = 1

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_preferences` or `lock_preferences`."""
        data: dict[str, Any] = row["preferences_data"]
        quiet: list[str] | None = data.get("quiet_hours")
        return cls(
            notification_email=row["notification_email"],
            notification_push=row["notification_push"],
            auto_sync_linkedin=row["auto_sync_linkedin"],
            optimal_posting_enabled=row["optimal_posting_enabled"],
            automation_enabled=row["automation_enabled"],
            ai_suggestions_enabled=row["ai_suggestions_enabled"],
            benchmark_consent=row["benchmark_consent"],
            privacy_level=PrivacyLevel(row["privacy_level"]),
            digest_frequency=DigestFrequency(data.get("digest_frequency", DigestFrequency.DAILY)),
            quiet_hours=QuietHours(*map(time.fromisoformat, quiet)) if quiet else None,
            muted_kinds=tuple(data.get("muted_kinds", ())),
            version=row["version"],
        )

    @property
    def etag(self) -> str:
        """Another for each change."""
        return str(self.version)

    @property
    def data(self) -> dict[str, Any]:
        """What has no column of its own, for `preferences_data`."""
        quiet = self.quiet_hours
        return {
            "digest_frequency": self.digest_frequency.value,
            "quiet_hours": quiet and [f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}"],
            "muted_kinds": list(self.muted_kinds),
        }

    @property
    def is_in_benchmarks(self) -> bool:
        """Whether the user's figures may be counted among others': only with explicit consent."""
        return self.benchmark_consent and self.privacy_level is PrivacyLevel.STANDARD

    @property
    def may_learn_from_history(self) -> bool:
        """Whether posting times may be suggested from what the user did before."""
        return self.optimal_posting_enabled and self.privacy_level is PrivacyLevel.STANDARD
