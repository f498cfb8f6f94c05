"""What is known about a write to LinkedIn after it was tried.

LinkedIn has no idempotency key, so a write whose answer is lost must not be sent again blindly.
`Unknown` says "it may have happened"; every other outcome is a certainty.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from services.profile.linkedin.problem import Problem, read_problem

THROTTLE_PAUSE_SECONDS = 60
"""Shortest pause after a 429 that is not a daily quota; LinkedIn sends no `Retry-After`."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """LinkedIn did it; `remote_id` is the URN of what it made or removed."""

    remote_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """LinkedIn refused and did nothing (4xx).

    `duplicate_of` is the URN that LinkedIn named when it took the post for a repetition. That
    settles a lost answer: the post exists.
    """

    status: int
    code: str
    message: str
    duplicate_of: str | None = None
    field_path: str = ""
    """The field that was refused, such as `/commentary`, where LinkedIn names one."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """A quota is spent and nothing was done (429); do not try before `until` (aware, UTC)."""

    until: datetime
    message: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may have reached LinkedIn, and what came of it is not known. Never resend."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """No byte of the request left this machine; it may be tried again."""

    reason: str


CallResult = Confirmed | Rejected | Throttled | Unknown | NotSent

# These fail while a connection is fetched or opened, so before the request is written.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def from_failure(failure: Exception) -> NotSent | Unknown:
    """Class a request that got no answer. Whatever is not surely early counts as unknown."""
    reason = type(failure).__name__
    return NotSent(reason) if isinstance(failure, _BEFORE_SENDING) else Unknown(reason)


def from_other(response: httpx.Response, now: datetime) -> Rejected | Throttled | Unknown:
    """Class an answer that is not the success the call expects; `now` is aware, UTC.

    Only 4xx is a certainty. After 5xx, a redirect or an unexpected 2xx the write may have
    happened, and 408 says no more than that LinkedIn stopped reading.
    """
    status = response.status_code
    problem = read_problem(response)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Throttled(throttled_until(problem.message, now), problem.message)
    if not response.is_client_error or status == httpx.codes.REQUEST_TIMEOUT:
        return Unknown(f"HTTP {status}")
    return _rejected(status, problem)


def _rejected(status: int, problem: Problem) -> Rejected:
    return Rejected(status, problem.code, problem.message, problem.duplicate_of, problem.field_path)


def throttled_whose(message: str) -> str:
    """Whose daily quota a 429 says is used up: `application`, `member`, or "" if it names none."""
    for whose in ("application", "member"):
        if f" {whose.upper()} DAY " in message:
            return whose
    return ""


def throttled_until(message: str, now: datetime) -> datetime:
    """When a throttled call may be tried again.

    Daily quotas, which LinkedIn names in the message, start anew at 00:00 UTC.
    Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits
    """
    if " DAY " not in message:
        return now + timedelta(seconds=THROTTLE_PAUSE_SECONDS)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)
