"""Sends HTTP requests to addresses that users gave, and never into a private network.

A name is resolved once, all of its addresses are checked, and the connection goes to one of those
checked: a name that resolves to something else a moment later gains nothing. Redirects are not
followed, no proxy or cookie is used, and time and size have limits.
Source: docs/decisions/0126-user-given-addresses.md; OWASP SSRF Prevention Cheat Sheet.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

import httpx

from services.kernel.config import EgressSettings
from services.kernel.public_addresses import Address, is_public

LONGEST_URL = 2_000
PORTS = {"https": 443, "http": 80}
LOWEST_FREE_PORT = 1024
MOST_ADDRESSES = 3
RESOLVE_SECONDS = 5.0
TOTAL_SECONDS = 10.0
ANSWER_BYTES = 16 << 10
"""Of an answer's body no more is read."""

Resolve = Callable[[str, int], Awaitable[list[Address]]]


class UrlRefused(Exception):
    """Requests are not sent to this URL; `rule` says why, for whoever gave it."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class NoAnswer(Exception):
    """The other side did not answer, or not in time; the message is a word for the record."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    """Its beginning, as it came: 16 KiB at most."""
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart."""

    url: httpx.URL
    host: str
    port: int


async def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a name. Raises OSError when it has none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(entry[4][0]) for entry in found]


class PublicHttp:
    """Reaches public HTTPS servers, and what lies in the networks that the settings trust."""

    def __init__(self, egress: EgressSettings, *, resolve: Resolve = resolve) -> None:
        self._trusted = [ip_network(network) for network in egress.trusted_networks]
        self._resolve = resolve

    async def check(self, url: str) -> None:
        """Raises UrlRefused for a URL to which requests would not be sent now."""
        await self._addresses(self.parsed(url))

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        """POST once, without any retry. Raises UrlRefused or NoAnswer."""
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                target = self.parsed(url)
                addresses = await self._addresses(target)
                return await self._post_to_any(target, addresses, headers, content)
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except httpx.HTTPError as failed:
            raise NoAnswer(_word(failed)) from None  # the chain would hold the request

    def parsed(self, url: str) -> Target:
        """The parts of a URL. Raises UrlRefused for one that is never allowed."""
        if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
            raise UrlRefused(f"must be a URL of at most {LONGEST_URL} ASCII characters")
        try:
            found = httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise UrlRefused("must be a URL") from None
        schemes = {"https", "http"} if self._trusted else {"https"}
        if found.scheme not in schemes or not found.host:
            raise UrlRefused("must begin with https:// and name a host")
        if found.userinfo:
            raise UrlRefused("must not hold a user name or password")
        usual = PORTS[found.scheme]
        port = found.port or usual
        if port != usual and port < LOWEST_FREE_PORT:
            raise UrlRefused(f"must use port {usual}, or one from {LOWEST_FREE_PORT} on")
        return Target(found, found.raw_host.decode("ascii"), port)

    async def _addresses(self, target: Target) -> list[Address]:
        """Where the name leads, best first. Raises UrlRefused unless all of it is allowed."""
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError, TimeoutError):
            raise UrlRefused("must name a host that can be found") from None
        is_http = target.url.scheme == "http"
        for address in found:
            is_trusted = any(address in network for network in self._trusted)
            if not is_trusted and (is_http or not is_public(address)):
                raise UrlRefused("must lead to a public address")
        if not found:
            raise UrlRefused("must name a host that can be found")
        return found[:MOST_ADDRESSES]

    async def _post_to_any(
        self,
        target: Target,
        addresses: list[Address],
        headers: Mapping[str, str],
        content: bytes,
    ) -> Answer:
        """To the first address that can be connected to: before that nothing has been sent."""
        for address in addresses[:-1]:
            try:
                return await self._post(target, address, headers, content)
            except httpx.ConnectError:
                continue
        return await self._post(target, addresses[-1], headers, content)

    async def _post(
        self, target: Target, address: Address, headers: Mapping[str, str], content: bytes
    ) -> Answer:
        # A client of its own: pooled connections are told apart by address, not by name, and
        # cookies of one receiver are none of another's business.
        async with httpx.AsyncClient(
            verify=_tls(), follow_redirects=False, trust_env=False, timeout=TOTAL_SECONDS
        ) as client:
            request = client.build_request(
                "POST",
                target.url.copy_with(host=_as_host(address)),
                headers={**headers, "host": _host_header(target), "accept-encoding": "identity"},
                content=content,
                extensions=_tls_name(target),
            )
            started = time.monotonic()
            reply = await client.send(request, stream=True)
            try:
                body = await _beginning(reply)
            finally:
                await reply.aclose()
        elapsed_ms = int((time.monotonic() - started) * 1000)
        return Answer(reply.status_code, reply.headers, body, elapsed_ms)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """The system's authorities; reading them takes a tenth of a second."""
    return ssl.create_default_context()


async def _beginning(reply: httpx.Response) -> bytes:
    body = b""
    # Raw: what is packed stays packed, so that a small answer cannot become a large one.
    async for chunk in reply.aiter_raw():
        body += chunk
        if len(body) >= ANSWER_BYTES:
            break
    return body[:ANSWER_BYTES]


def _as_host(address: Address) -> str:
    return str(address) if address.version == 4 else f"[{address}]"


def _host_header(target: Target) -> str:
    return target.url.netloc.decode("ascii")


def _tls_name(target: Target) -> dict[str, Any]:
    """Whose certificate is expected: the name's, not the address's."""
    return {"sni_hostname": target.host} if target.url.scheme == "https" else {}


def _word(failed: httpx.HTTPError) -> str:
    """Such as `connect_error`: what went wrong, without anything of what was sent."""
    name = type(failed).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]
