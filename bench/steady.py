"""A steady load, a process of its own: so many requests a second, however long answers take.

Reads a `Steady` as JSON from standard input; prints what was answered, and how fast, as JSON.
"""

import asyncio
import dataclasses
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import uvloop

from bench.load import LOOPBACK, percentile

REQUEST_SECONDS = 10.0
REASON = re.compile(rb"ERROR_REASON_(\w+)")


@dataclass(frozen=True, slots=True)
class Steady:
    """What to send, how often and for how long."""

    port: int
    per_second: float
    seconds: float
    paths: tuple[str, ...] = ()
    """GET these in turn with the token; without any, sign in."""
    token: str = ""
    is_spread: bool = False
    """Each request comes from a network of its own (Linux: all of 127/8 is loopback)."""
    source: str = ""
    """The address they come from otherwise; empty for the machine's choice."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back."""

    answers: dict[str, int]
    """`200`, or the reason of the refusal, to how many."""
    latencies_ms: list[float]
    """In ascending order."""
    seconds: float

    def at(self, share: float) -> float:
        """A percentile of the latencies, in milliseconds; `share` is within (0, 1]."""
        return percentile(self.latencies_ms, share)


def pooled(seen: Sequence[Seen]) -> Seen:
    """Several turns as one."""
    answers: Counter[str] = Counter()
    for one in seen:
        answers.update(one.answers)
    together = sorted(latency for one in seen for latency in one.latencies_ms)
    return Seen(dict(answers), together, sum(one.seconds for one in seen))


@dataclass(slots=True)
class _Run:
    spec: Steady
    answers: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def one(self, due: float) -> None:
        """One request; its latency counts from when it was due."""
        number = next(self.numbers)
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                self.answers[await self._answer(number)] += 1
        except (OSError, EOFError, TimeoutError) as failed:
            self.answers[type(failed).__name__] += 1
        self.latencies.append(time.perf_counter() - due)

    async def _answer(self, number: int) -> str:
        reader, writer = await self._connection(number)
        writer.write(self._request(number))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        body = await reader.readexactly(length)
        if self.spec.is_spread:
            writer.close()
        else:
            self.idle.append((reader, writer))
        found = REASON.search(body)
        return found[1].decode() if found else head[9:12].decode()

    async def _connection(self, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.idle:
            return self.idle.pop()
        spread = f"127.{1 + number // 250 % 250}.{number % 250}.7"
        own = spread if self.spec.is_spread else self.spec.source
        return await asyncio.open_connection(
            LOOPBACK, self.spec.port, local_addr=(own, 0) if own else None
        )

    def _request(self, number: int) -> bytes:
        host = f"host: {LOOPBACK}:{self.spec.port}\r\n"
        if self.spec.paths:
            path = self.spec.paths[number % len(self.spec.paths)]
            bearer = f"authorization: Bearer {self.spec.token}\r\n"
            return f"GET {path} HTTP/1.1\r\n{host}{bearer}\r\n".encode()
        email = f"nobody-{time.time_ns()}-{number}@example.com"
        body = json.dumps({"email": email, "password": "not the password"})
        return (
            f"POST /v1/auth/login HTTP/1.1\r\n{host}content-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n{body}"
        ).encode()


async def run(spec: Steady) -> Seen:
    """Send at the rate until the time is over, and wait for the last answers."""
    state, began = _Run(spec), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(spec.per_second * spec.seconds)):
            due = began + number / spec.per_second
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            group.create_task(state.one(due))
    for _, writer in state.idle:
        writer.close()
        await writer.wait_closed()
    return Seen(
        answers=dict(state.answers),
        latencies_ms=sorted(latency * 1000 for latency in state.latencies),
        seconds=time.perf_counter() - began,
    )


def main() -> None:
    """Run what standard input asks for."""
    given = json.loads(sys.stdin.read())
    spec = Steady(**given | {"paths": tuple(given["paths"])})
    print(json.dumps(dataclasses.asdict(uvloop.run(run(spec)))), flush=True)


if __name__ == "__main__":
    main()
