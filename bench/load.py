"""The load generator, a process of its own: keep-alive HTTP/1.1, one request at a time each.

Reads a `LoadSpec` as JSON from standard input; prints `measuring` when the warm-up is over, and
the result, or `{"error": ...}`, as JSON at the end. Anything but a whole 200 ends it.
"""

import asyncio
import dataclasses
import json
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import uvloop

from bench.errors import BenchError
from bench.model import Load

GRACE_SECONDS = 15.0
LOOPBACK = "127.0.0.1"
HEAD_END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"
CHUNKED = b"\r\ntransfer-encoding: chunked"
LAST_CHUNK = b"\r\n0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class LoadSpec:
    """What to send, and for how long."""

    port: int
    path: str
    token: str
    connections: int
    warmup_seconds: float
    seconds: float

    def request(self) -> bytes:
        """The bytes of every request."""
        return (
            f"GET {self.path} HTTP/1.1\r\nhost: {LOOPBACK}:{self.port}\r\n"
            f"authorization: Bearer {self.token}\r\naccept: application/json\r\n\r\n"
        ).encode()


@dataclass(slots=True)
class Tally:
    """What has been seen so far; counts only while it is measuring."""

    request: bytes
    failed: asyncio.Future[None]
    is_measuring: bool = False
    is_over: bool = False
    latencies: list[float] = field(default_factory=list)
    """In seconds."""

    def fail(self, error: BenchError) -> None:
        """End the run."""
        if not self.failed.done():
            self.failed.set_exception(error)


class Connection(asyncio.Protocol):
    """One client: sends, waits for the whole answer, sends again."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._received = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        # uvloop's transports do not inherit from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self._received = self._received + data if self._received else data
        try:
            is_whole = is_whole_reply(self._received)
        except BenchError as error:
            self._tally.fail(error)
            self._transport.abort()
            return
        if is_whole:
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        if not self._tally.is_over:
            self._tally.fail(BenchError(f"the server closed a connection: {exc}"))

    def _answered(self) -> None:
        tally = self._tally
        if tally.is_measuring:
            tally.latencies.append(time.perf_counter() - self._sent_at)
        self._received = b""
        if tally.is_over:
            self._transport.close()
        else:
            self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._tally.request)


def is_whole_reply(received: bytes) -> bool:
    """Whether these bytes are one whole reply. Raises BenchError unless it is a 200 with a body."""
    head_end = received.find(HEAD_END)
    if head_end < 0:
        return False
    if not received.startswith(b"HTTP/1.1 200 "):
        raise BenchError(f"not a 200: {received[:600].decode(errors='replace')}")
    head = received[:head_end].lower() + b"\r\n"
    if CHUNKED in head:
        return received.endswith(LAST_CHUNK)
    at = head.find(LENGTH)
    length = int(head[at + len(LENGTH) : head.index(b"\r\n", at + 2)]) if at >= 0 else 0
    if length == 0:
        raise BenchError("a 200 without a body")
    missing = head_end + len(HEAD_END) + length - len(received)
    if missing < 0:
        raise BenchError("more bytes than one reply")
    return missing == 0


def percentile(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of values in ascending order; `share` is within (0, 1]."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


async def run(spec: LoadSpec) -> Load:
    """Load and measure. Raises BenchError for the first thing that is not a whole 200."""
    loop = asyncio.get_running_loop()
    tally = Tally(spec.request(), loop.create_future())
    transports = [
        (
            await loop.create_connection(
                lambda: Connection(tally), LOOPBACK, spec.port, local_addr=_own_address(number)
            )
        )[0]
        for number in range(spec.connections)
    ]
    try:
        await _pass(spec.warmup_seconds, tally)
        return await _measure(spec.seconds, tally)
    finally:
        tally.is_over = True
        for transport in transports:
            transport.abort()
        await asyncio.sleep(0)  # aborted transports close their sockets in the loop's next turn


def _own_address(number: int) -> tuple[str, int] | None:
    """An address of its own for each client: the edge bounds the requests of one address.

    Only Linux has more loopback addresses than one.
    """
    return (f"127.0.0.{number + 2}", 0) if sys.platform == "linux" else None


async def _measure(seconds: float, tally: Tally) -> Load:
    print("measuring", flush=True)
    cpu, began = time.process_time(), time.perf_counter()
    tally.is_measuring = True
    await _pass(seconds, tally)
    tally.is_measuring = False
    took, used = time.perf_counter() - began, time.process_time() - cpu
    ordered = sorted(tally.latencies)
    if not ordered:
        raise BenchError(f"nothing was answered in {seconds:g} s")
    return Load(
        requests=len(ordered),
        seconds=took,
        p50_ms=percentile(ordered, 0.5) * 1000,
        p99_ms=percentile(ordered, 0.99) * 1000,
        cpu_seconds=used,
    )


async def _pass(seconds: float, tally: Tally) -> None:
    """Let time pass while the connections work; a failure ends it at once."""
    await asyncio.wait([tally.failed], timeout=seconds)
    if tally.failed.done():
        tally.failed.result()


async def _bounded(spec: LoadSpec) -> Load:
    async with asyncio.timeout(spec.warmup_seconds + spec.seconds + GRACE_SECONDS):
        return await run(spec)


def main() -> None:
    """Run what standard input asks for."""
    spec = LoadSpec(**json.loads(sys.stdin.read()))
    try:
        load = uvloop.run(_bounded(spec))
    except (BenchError, OSError, TimeoutError) as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
        sys.exit(1)
    print(json.dumps(dataclasses.asdict(load)), flush=True)


if __name__ == "__main__":
    main()
