"""One bounded HTTP exchange with LinkedIn, admitted and reported to whoever keeps count.

Neither tokens nor words are logged or reported here: only which call, how it ended, how long, and,
for the share of calls that is sampled, what `linkedin.redaction` leaves of the bodies.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from secrets import SystemRandom
from typing import Any

import httpx

from services.profile.linkedin.problem import Problem, read_problem
from services.profile.linkedin.redaction import redacted
from services.profile.linkedin.tunnelling import Outgoing, tunnelled

NO_ANSWER = 0
"""Status recorded when a call got no answer."""

FAILURES = (httpx.HTTPError, OSError)
"""What `Transport.send` raises when there is no answer; `TimeoutError` is an `OSError`."""

_CHANCE = SystemRandom()
# Shorter than LinkedIn's own idle limit: a connection that the far side closes just as a write
# goes out would turn that write into an unknown one.
_KEEPALIVE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One finished call: `endpoint` is its path with keys left out, `status_code` 0 for none."""

    endpoint: str
    method: str
    status_code: int
    elapsed_ms: int
    problem: Problem | None = None
    """What LinkedIn said was wrong; None when nothing was, or nothing was said."""
    failure: str = ""
    """Kind of failure when there was no answer, such as `ReadTimeout`."""
    request_data: Any = None
    """What may be kept of the bodies, for the calls that are sampled."""
    response_data: Any = None
    remaining: int | None = None
    """Calls left in the quota, where they are counted."""


Observer = Callable[[CallRecord], None]
Admit = Callable[[str, str], Awaitable[int | None]]
"""Asked before each call, with endpoint and method, for the calls that are left after it, None for
not known. Raises QuotaSpent to keep the call back."""


def open_http_client(timeout_ms: int, connect_timeout_ms: int = 2_000) -> httpx.AsyncClient:
    """A client that keeps connections, follows no redirect and ignores proxy variables.

    The caller closes it.
    """
    seconds = timeout_ms / 1000
    return httpx.AsyncClient(
        timeout=httpx.Timeout(seconds, connect=min(seconds, connect_timeout_ms / 1000)),
        limits=httpx.Limits(max_connections=100, keepalive_expiry=_KEEPALIVE_SECONDS),
        headers={"User-Agent": "InErgize"},
        follow_redirects=False,
        trust_env=False,
    )


async def admit_all(endpoint: str, method: str) -> int | None:
    """Hold no call back."""
    del endpoint, method
    return None


class Transport:
    """Sends requests through one client, each within `timeout_ms` from start to last byte."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        timeout_ms: int,
        observe: Observer,
        *,
        admit: Admit = admit_all,
        sampled_share: float = 0,
    ) -> None:
        """Keep what is harmless in the bodies of `sampled_share` (0 to 1) of all calls."""
        self._http = http
        self._timeout_seconds = timeout_ms / 1000
        self._observe = observe
        self._admit = admit
        self._sampled_share = sampled_share

    async def send(
        self,
        method: str,
        url: str,
        *,
        endpoint: str,
        headers: Mapping[str, str],
        content: bytes | AsyncIterator[bytes] | None = None,
        seconds: float | None = None,
    ) -> httpx.Response:
        """Send once, never twice, and read the whole answer.

        `seconds` replaces the usual limit. Raises one of `FAILURES`, or QuotaSpent before anything
        is sent.
        """
        remaining = await self._admit(endpoint, method)
        request = self._request(method, url, headers, content)
        started = time.monotonic()
        answer: httpx.Response | None = None
        failure = ""
        try:
            # httpx bounds each read and write; a server that drips bytes needs a bound on all.
            async with asyncio.timeout(seconds or self._timeout_seconds):
                answer = await self._http.send(request)
        except BaseException as failed:
            failure = type(failed).__name__
            raise
        finally:
            elapsed_ms = round((time.monotonic() - started) * 1000)
            record = CallRecord(
                endpoint,
                method,
                NO_ANSWER if answer is None else answer.status_code,
                elapsed_ms,
                _problem(answer),
                failure,
                *self._sample(content, answer),
                remaining,
            )
            self._observe(record)
        return answer

    def _request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | AsyncIterator[bytes] | None,
    ) -> httpx.Request:
        if content is None or isinstance(content, bytes):
            out = tunnelled(Outgoing(method, url, headers, content))
            method, url, headers, content = out.method, out.url, out.headers, out.content
        return self._http.build_request(method, url, headers=headers, content=content)

    def _sample(
        self, content: bytes | AsyncIterator[bytes] | None, answer: httpx.Response | None
    ) -> tuple[Any, Any]:
        # Compared, not drawn, at 0: the usual setting costs nothing and samples nothing.
        if not self._sampled_share or _CHANCE.random() >= self._sampled_share:
            return None, None
        request_data = redacted(content) if isinstance(content, bytes) else None
        return request_data, redacted(answer.content) if answer is not None else None


def _problem(answer: httpx.Response | None) -> Problem | None:
    if answer is None or answer.status_code < HTTPStatus.BAD_REQUEST:
        return None
    return read_problem(answer)


def ignore(record: CallRecord) -> None:
    """Keep no count."""
    del record
