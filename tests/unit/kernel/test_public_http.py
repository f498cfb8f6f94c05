"""Requests to user-given URLs: what is checked is what is connected to, within limits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kernel.config import EgressSettings
from services.kernel.public_addresses import Address
from services.kernel.public_http import ANSWER_BYTES, NoAnswer, PublicHttp, Resolve, UrlRefused

CLOSED = EgressSettings()
LOOPBACK = EgressSettings(trusted_networks=("127.0.0.0/8",))


@dataclass
class Receiver:
    """A server that gives one fixed answer, once or again and again, and keeps what it was sent."""

    answer: bytes
    pause_seconds: float | None = None
    """Between answers without an end, for one that trickles."""
    port: int = 0
    requests: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append(await reader.readuntil(b"\r\n\r\n"))
        try:
            await self._answer(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        writer.write(self.answer)
        await writer.drain()
        while self.pause_seconds is not None:
            await asyncio.sleep(self.pause_seconds)
            writer.write(b"x")
            await writer.drain()


@asynccontextmanager
async def receiving(answer: bytes, pause_seconds: float | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver(answer, pause_seconds)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


def leading_to(*addresses: str) -> Resolve:
    async def resolve(host: str, port: int) -> list[Address]:
        return [ip_address(address) for address in addresses]

    return resolve


async def test_the_checked_address_is_the_one_connected_to() -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[Address]:
        asked.append(host)
        # Whoever asks a second time is led elsewhere: DNS rebinding.
        return [ip_address("127.0.0.1" if len(asked) == 1 else "10.0.0.1")]

    async with receiving(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok") as receiver:
        http = PublicHttp(LOOPBACK, resolve=resolve)
        url = f"http://hooks.example:{receiver.port}/in?a=b"
        answer = await http.post(url, {"x-own": "yes"}, b"{}")
    assert asked == ["hooks.example"]
    assert (answer.status, answer.body) == (201, b"ok")
    head = receiver.requests[0].decode()
    assert head.startswith("POST /in?a=b HTTP/1.1\r\n")
    assert f"host: hooks.example:{receiver.port}\r\n" in head.lower()
    assert "x-own: yes" in head.lower()


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("::ffff:127.0.0.1",), ("fe80::1",), ("224.0.0.1",)],
)
async def test_one_private_address_among_them_is_enough_to_refuse(
    addresses: tuple[str, ...],
) -> None:
    http = PublicHttp(CLOSED, resolve=leading_to(*addresses))
    with pytest.raises(UrlRefused, match="public address"):
        await http.post("https://hooks.example/", {}, b"")


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "017700000001", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_odd_spellings_of_loopback_are_refused(host: str) -> None:
    with pytest.raises(UrlRefused):
        await PublicHttp(CLOSED).post(f"https://{host}/", {}, b"")


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example/", "ftp://hooks.example/", "//hooks.example/", "https://", ""),
        *("https://user:secret@hooks.example/", "https://hooks.example:22/", "https://a b/"),
        *(
            "file:///etc/passwd",
            "https://hooks.example/\r\nx: y",
            f"https://h.example/{'a' * 2000}",
        ),
    ],
)
async def test_urls_that_are_never_allowed(url: str) -> None:
    with pytest.raises(UrlRefused):
        await PublicHttp(CLOSED, resolve=leading_to("8.8.8.8")).check(url)


@settings(deadline=None)  # on a busy machine a first look takes its time
@given(st.text(max_size=60))
def test_no_text_is_anything_but_allowed_or_refused(text: str) -> None:
    http = PublicHttp(CLOSED, resolve=leading_to("8.8.8.8"))
    try:
        target = http.parsed(f"https://{text}")
    except UrlRefused:
        return
    assert target.host
    assert target.url.scheme == "https"


async def test_plain_http_reaches_trusted_networks_only() -> None:
    http = PublicHttp(LOOPBACK, resolve=leading_to("8.8.8.8"))
    with pytest.raises(UrlRefused):
        await http.post("http://hooks.example/", {}, b"")


async def test_redirects_are_answers() -> None:
    moved = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    async with receiving(moved) as receiver:
        http = PublicHttp(LOOPBACK)
        answer = await http.post(f"http://127.0.0.1:{receiver.port}/", {}, b"")
    assert answer.status == 302
    assert len(receiver.requests) == 1


async def test_of_an_endless_answer_only_the_beginning_is_read() -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (ANSWER_BYTES * 40)
    async with receiving(endless) as receiver:
        answer = await PublicHttp(LOOPBACK).post(f"http://127.0.0.1:{receiver.port}/", {}, b"")
    assert answer.body == b"x" * ANSWER_BYTES


async def test_who_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.kernel.public_http.TOTAL_SECONDS", 0.2)
    async with receiving(b"") as receiver:
        with pytest.raises(NoAnswer):
            await PublicHttp(LOOPBACK).post(f"http://127.0.0.1:{receiver.port}/", {}, b"")


@pytest.mark.parametrize("begun", [b"HTTP/1.1 200 ", b"HTTP/1.1 200 OK\r\n\r\n"])
async def test_who_trickles_is_cut_when_the_whole_time_is_up(
    begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kernel.public_http.TOTAL_SECONDS", 0.3)
    async with receiving(begun, pause_seconds=0.02) as receiver:
        with pytest.raises(NoAnswer, match="timeout"):
            await PublicHttp(LOOPBACK).post(f"http://127.0.0.1:{receiver.port}/", {}, b"")


async def test_another_address_is_tried_when_the_first_does_not_connect() -> None:
    async with receiving(b"HTTP/1.1 204 No Content\r\n\r\n") as receiver:
        http = PublicHttp(LOOPBACK, resolve=leading_to("127.0.0.2", "127.0.0.1"))
        answer = await http.post(f"http://hooks.example:{receiver.port}/", {}, b"")
    assert answer.status == 204
