"""One bounded HTTP exchange with LinkedIn, reported to whoever keeps count.

Neither tokens nor bodies are logged or reported here: only which call, how it ended, how long.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

NO_ANSWER = 0
"""Status recorded when a call got no answer."""

FAILURES = (httpx.HTTPError, OSError)
"""What `Transport.send` raises when there is no answer; `TimeoutError` is an `OSError`."""

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


Observer = Callable[[CallRecord], None]


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


class Transport:
    """Sends requests through one client, each within `timeout_ms` from start to last byte."""

    def __init__(self, http: httpx.AsyncClient, timeout_ms: int, observe: Observer) -> None:
        self._http = http
        self._timeout_seconds = timeout_ms / 1000
        self._observe = observe

    async def send(
        self,
        method: str,
        url: str,
        *,
        endpoint: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
    ) -> httpx.Response:
        """Send once, never twice, and read the whole answer. Raises one of `FAILURES`."""
        request = self._http.build_request(method, url, headers=headers, content=content)
        started = time.monotonic()
        status_code = NO_ANSWER
        try:
            # httpx bounds each read and write; a server that drips bytes needs a bound on all.
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._http.send(request)
            status_code = response.status_code
        finally:
            elapsed_ms = round((time.monotonic() - started) * 1000)
            self._observe(CallRecord(endpoint, method, status_code, elapsed_ms))
        return response


def ignore(record: CallRecord) -> None:
    """Keep no count."""
    del record
