"""A plain REST client that says what it expected when it gets something else."""

import json
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")
TIMEOUT_SECONDS = 30.0
POLL_SECONDS = 0.05


class TourError(Exception):
    """Something differs from what was expected; the message says what."""


class Client:
    """Calls the edge as any program would; `certificate` is the stack's own, where it has one."""

    def __init__(self, base_url: str, certificate: Path | None = None) -> None:
        verify = _trust_in(certificate) if certificate else True
        self._http = httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, verify=verify)
        self.token = ""

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str
    ) -> dict[str, Any]:
        """Call and return the JSON. Raises TourError for anything but 200 and a JSON object."""
        reply = self.raw(method, path, body, **headers)
        if reply.status_code != httpx.codes.OK:
            raise TourError(f"{method} {path} answered {reply.status_code}: {reply.text[:500]}")
        value = json.loads(reply.text)
        expect(isinstance(value, dict), f"{method} {path} answers a JSON object")
        return dict(value)

    def raw(
        self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str
    ) -> httpx.Response:
        """Call and return whatever comes."""
        return self._http.request(method, path, json=body, headers=self._headers(headers))

    def stream(self, path: str) -> Iterator[dict[str, Any]]:
        """The messages of a server stream: newline-delimited JSON."""
        with self._http.stream("GET", path, headers=self._headers({})) as reply:
            expect(reply.status_code == httpx.codes.OK, f"{path} answers 200")
            for line in reply.iter_lines():
                if line:
                    yield json.loads(line)

    def _headers(self, given: dict[str, str]) -> dict[str, str]:
        headers = {name.replace("_", "-"): value for name, value in given.items()}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        return headers


def _trust_in(certificate: Path) -> ssl.SSLContext:
    """Exactly this certificate, whoever signed it, at whatever address of this machine."""
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def expect(is_so: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise TourError unless `is_so`."""
    if not is_so:
        raise TourError(f"expected that {what}")


def eventually(look: Callable[[], T | None], what: str, *, seconds: float = 20.0) -> T:
    """Call `look` until it returns something true. Raises TourError after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(POLL_SECONDS)
    raise TourError(f"expected within {seconds:.0f} s that {what}")
