"""How long a crashed child waits before it is started again."""

from dataclasses import dataclass

FIRST_S = 0.2
LONGEST_S = 10.0
FORGIVEN_AFTER_S = 30.0
"""A child that was ready for so long begins again with the shortest wait."""


@dataclass(slots=True)
class Backoff:
    """The wait doubles with every crash, up to a bound."""

    crashes: int = 0
    """Since it last was ready for long; also the number of the next attempt."""

    def after_crash(self, ready_for_s: float) -> float:
        """Count a crash of a child that had been ready for so long; the seconds to wait now."""
        if ready_for_s >= FORGIVEN_AFTER_S:
            self.crashes = 0
        self.crashes += 1
        return min(LONGEST_S, FIRST_S * float(2 ** min(self.crashes - 1, 16)))
