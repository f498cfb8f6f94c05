"""What throttling works on."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Subject:
    """What tries are counted for: a kind, and which one of it."""

    kind: str
    """One of login_throttles.kind."""
    value: str
    """Stored as a keyed hash only."""


@dataclass(frozen=True, slots=True)
class Count:
    """The tries counted for a subject."""

    kind: str
    key: bytes
    failures: float
    counted_at: datetime
    blocked_until: datetime | None
    at: datetime
    """The database's time now."""

    @property
    def wait(self) -> timedelta:
        """How long the next try has to wait."""
        if self.blocked_until is None:
            return timedelta(0)
        return max(self.blocked_until - self.at, timedelta(0))

    def counted(self, failures: float, wait: timedelta) -> "Count":
        """The count after one more try, the next of which has to wait."""
        return replace(
            self,
            failures=failures,
            counted_at=self.at,
            blocked_until=self.at + wait if wait else None,
        )
