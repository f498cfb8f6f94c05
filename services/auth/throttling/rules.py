"""How counts grow into delays and locks. No lock is for ever.

Source: OWASP ASVS 5.0, 6.3.1 and 6.1.1; OWASP, Slow Down Online Guessing Attacks with Device
Cookies; docs/decisions/0094-guesses-are-counted-first.md
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from services.auth.throttling.model import Count
from services.kernel.config import AuthSettings

HOUR = timedelta(hours=1)
FREE_ON_DEVICE = 3
MOST_DOUBLINGS = 20
NUMBER_HOURLY = 5
"""SMS to one number that nobody has proved, whoever asks for them: it may be a stranger's."""


class Rule(Protocol):
    """Counts tries for one kind of subject."""

    @property
    def is_forgiving(self) -> bool:
        """A right try wipes out the wrong ones before it, instead of only not counting itself."""
        ...

    def add(self, count: Count) -> Count:
        """The count with one more try, which has not been compared yet."""
        ...

    def take_back(self, count: Count, then: Count) -> Count:
        """The count without one of its tries: it was right, or was never compared.

        `then` is what `add` gave for this try; others may have been counted since.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ladder:
    """Some free tries, then growing delays, then growing locks; a quiet time starts it again."""

    free: int
    lock_at: int
    lock: timedelta
    longest: timedelta
    is_forgiving: bool = True

    def add(self, count: Count) -> Count:
        """See Rule."""
        ended_at = max(count.counted_at, count.blocked_until or count.counted_at)
        before = 0.0 if count.at - ended_at >= self.longest else count.failures
        return count.counted(before + 1, self.wait_after(int(before) + 1))

    def take_back(self, count: Count, then: Count) -> Count:
        """See Rule."""
        # The waits of the failures before it were over, or it would not have been let through.
        is_last = count.failures == then.failures
        failures = max(count.failures - 1, 0.0)
        return count.counted(failures, timedelta(0) if is_last else count.wait)

    def wait_after(self, failures: int) -> timedelta:
        """How long after so many failures the next try has to wait."""
        if failures < self.free:
            return timedelta(0)
        is_lock = failures >= self.lock_at
        first = self.lock if is_lock else timedelta(seconds=1)
        doublings = failures - (self.lock_at if is_lock else self.free)
        return min(first * (1 << min(doublings, MOST_DOUBLINGS)), self.longest)


@dataclass(frozen=True, slots=True)
class Drain:
    """So many at once, and as many an hour: it drains away evenly. Many people may share it."""

    hourly: int
    is_forgiving: bool = False

    def add(self, count: Count) -> Count:
        """See Rule."""
        return self._filled(count, self._left(count) + 1)

    def take_back(self, count: Count, then: Count) -> Count:  # noqa: ARG002
        """See Rule."""
        return self._filled(count, max(self._left(count) - 1, 0.0))

    def _left(self, count: Count) -> float:
        passed = max(count.at - count.counted_at, timedelta(0))
        return max(count.failures - self.hourly * (passed / HOUR), 0.0)

    def _filled(self, count: Count, level: float) -> Count:
        excess = max(level - (self.hourly - 1), 0.0)
        return count.counted(level, HOUR * (excess / self.hourly))


def rules(auth: AuthSettings) -> dict[str, Rule]:
    """The rule of each kind of subject."""
    lock = timedelta(seconds=auth.login_lock_seconds)
    longest = timedelta(seconds=auth.login_longest_lock_seconds)
    account = Ladder(auth.login_free_failures, auth.login_lock_failures, lock, longest)
    free = min(FREE_ON_DEVICE, auth.login_device_failures)
    return {
        "account": account,
        "member": account,
        "device": Ladder(free, auth.login_device_failures, lock, longest),
        "address": Drain(auth.login_address_failures),
        "network": Drain(auth.login_network_failures),
        "ask_address": Drain(auth.reset_address_requests),
        "ask_network": Drain(auth.reset_network_requests),
        "register_address": Drain(auth.register_address_requests),
        "register_network": Drain(auth.register_network_requests),
        "number": Drain(NUMBER_HOURLY),
    }
