"""When a delivery is tried again, and when a receiver is given up. Pure rules.

Source: github.com/standard-webhooks/standard-webhooks, spec, "Deliverability and reliability";
docs/decisions/0130-when-webhooks-are-tried-again.md
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from services.profile.webhooks.model import DeliveryState, DisabledReason

PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After each failed try; they add up to a little over three days."""
MOST_ATTEMPTS = len(PAUSES) + 1
JITTER = 0.1
"""A pause is up to a tenth longer or shorter: what failed together does not come back together."""
LONGEST_WAIT = timedelta(days=1)
"""A receiver may ask for no more."""
GIVEN_UP_AFTER = timedelta(days=5)
EXCERPT_CHARACTERS = 1_000

_random = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Result:
    """How one try went: a status with what was answered, or why there was no answer."""

    status: int | None = None
    excerpt: str | None = field(default=None, repr=False)
    retry_after: str = ""
    elapsed_ms: int | None = None
    error: str | None = None

    @property
    def has_arrived(self) -> bool:
        """Whether the receiver took it. A redirect is a refusal: it is not followed."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a try."""

    state: DeliveryState
    pause: timedelta | None = None
    """Until the next try, of what is still pending."""
    disables: DisabledReason | None = None
    """Why the webhook is switched off, when it is."""


def verdict_on(
    result: Result, *, attempt: int, failing_for: timedelta, now: datetime | None = None
) -> Verdict:
    """What follows from try number `attempt` at a receiver that got nothing for `failing_for`."""
    if result.has_arrived:
        return Verdict(DeliveryState.DELIVERED)
    if result.status == HTTPStatus.GONE:
        return Verdict(DeliveryState.MISSED, disables=DisabledReason.GONE)
    if failing_for >= GIVEN_UP_AFTER:
        return Verdict(DeliveryState.MISSED, disables=DisabledReason.FAILING)
    if attempt >= MOST_ATTEMPTS:
        return Verdict(DeliveryState.DEAD)
    asked = _asked(result.retry_after, now or datetime.now(UTC))
    return Verdict(DeliveryState.PENDING, max(pause_after(attempt), min(asked, LONGEST_WAIT)))


def pause_after(attempt: int, draw: Callable[[], float] = _random.random) -> timedelta:
    """The pause after failed try number `attempt`, from 1; `draw` gives 0 to 1."""
    pause = PAUSES[min(max(attempt, 1), len(PAUSES)) - 1]
    return pause * (1 - JITTER + 2 * JITTER * draw())


def excerpt_of(body: bytes) -> str:
    """How an answer begins, on one line: what cannot be printed is escaped, as in Python."""
    text = body.decode("utf-8", "replace")[:EXCERPT_CHARACTERS]
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    return shown[:EXCERPT_CHARACTERS]


def _asked(retry_after: str, now: datetime) -> timedelta:
    """What `Retry-After` asks for: seconds or a date. Source: RFC 9110, 10.2.3."""
    said = retry_after.strip()
    if said.isascii() and said.isdigit():
        return timedelta(seconds=min(int(said[:9]), 1_000_000))
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError):
        return timedelta(0)
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(at - now, timedelta(0))
