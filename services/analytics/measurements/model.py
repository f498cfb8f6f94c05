"""One count at one time."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Measurement:
    """A running total; `event_id` makes that it is counted once, `previous` is the one before."""

    event_id: UUID
    metric_type: str
    value: int
    previous: int | None

    @property
    def delta(self) -> int | None:
        """By how much it has changed; None for the first."""
        return None if self.previous is None else self.value - self.previous
