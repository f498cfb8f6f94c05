"""`python -m bench.enumeration`: whether answers tell by their time that an address is known.

Each kind of call is made for known and for unknown addresses in an order drawn by lot, through the
edge, and timed at the client. Nobody's address is asked about twice in the same way.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.errors import BenchError
from bench.figures import PAGE, table, write_section
from bench.machine import this_machine
from bench.own_stack import own_stack

SETTINGS = {
    # All calls come from one address, and nothing but time is to be measured.
    "AUTH_LOGIN_ADDRESS_FAILURES": "1000000",
    "AUTH_LOGIN_NETWORK_FAILURES": "1000000",
    "AUTH_RESET_ADDRESS_REQUESTS": "1000000",
    "AUTH_RESET_NETWORK_REQUESTS": "1000000",
}
PASSWORD = "correct-horse-battery-staple-9"
MEDIANS_APART = 0.05
OVERLOADED = {429, 503, 504}
FIRST_GAP_SECONDS = 61.0
"""After so long an unproved account gets another mail: the longest path of a resend."""


class Spoiled(BenchError):
    """The machine was too busy for an answer: no sample, which the table shows."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whose address is known."""

    email: str
    registration_token: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Durations of one kind of call, in seconds."""

    name: str
    known: Sequence[float]
    unknown: Sequence[float]

    @property
    def apart(self) -> float:
        """By how much of the smaller median the medians differ."""
        first, second = sorted(map(statistics.median, (self.known, self.unknown)))
        return second / first - 1

    @property
    def told_apart(self) -> float:
        """How often the longer of two answers, one of each, is of the same kind: 0.5 is chance."""
        ordered = sorted(self.unknown)
        halves = sum(bisect_left(ordered, one) + bisect_right(ordered, one) for one in self.known)
        share = halves / (2 * len(self.known) * len(ordered))
        return max(share, 1 - share)


Ask = Callable[[Person], Awaitable[object]]


class Stranger:
    """Asks about addresses, as somebody who wants to know who has an account."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def register(self, person: Person) -> str:
        """Register the address; returns the registration token."""
        names = {"firstName": "Ada", "lastName": "Byron"}
        body = {"email": person.email, "password": PASSWORD, **names}
        return str((await self._post("register", body))["registrationToken"])

    async def sign_in(self, person: Person) -> None:
        """Sign in with a wrong password."""
        await self._post("login", {"email": person.email, "password": "not it"}, expected=401)

    async def reset(self, person: Person) -> None:
        """Ask for a new password."""
        await self._post("password:requestReset", {"email": person.email})

    async def resend(self, person: Person) -> None:
        """Ask for another verification mail."""
        await self._post("email:resend", {"registrationToken": person.registration_token})

    async def _post(
        self, path: str, body: dict[str, str], *, expected: int = 200
    ) -> dict[str, object]:
        reply = await self._client.post(f"/v1/auth/{path}", json=body)
        if reply.status_code in OVERLOADED:
            raise Spoiled
        if reply.status_code != expected:
            raise BenchError(f"{path}: {reply.status_code} {reply.text[:300]}")
        answer: dict[str, object] = reply.json()
        return answer


def strangers(numbers: Iterator[int]) -> Person:
    """Somebody who has no account."""
    return Person(f"person{next(numbers)}@example.com", "x" * 43)


async def compare(
    name: str, ask: Ask, known: Sequence[Person], unknown: Sequence[Person], width: int
) -> Compared:
    """Ask about everybody, `width` at a time, in an order drawn by lot."""
    took: tuple[list[float], list[float]] = ([], [])
    everybody = [(0, one) for one in known] + [(1, one) for one in unknown]
    random.Random(name).shuffle(everybody)
    waiting = iter(everybody)

    async def work() -> None:
        for kind, person in waiting:
            began = time.perf_counter()
            try:
                await ask(person)
            except Spoiled:
                continue
            took[kind].append(time.perf_counter() - began)

    await asyncio.gather(*(work() for _ in range(width)))
    return Compared(name, *took)


async def measure(url: str, samples: int, width: int) -> list[Compared]:
    """Every kind of call that takes an address from a stranger."""
    numbers = iter(range(10**9))
    limits = httpx.Limits(max_connections=width)
    async with httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as client:
        stranger = Stranger(client)
        known = await _registered(stranger, [strangers(numbers) for _ in range(samples)], width)
        until = time.monotonic() + FIRST_GAP_SECONDS
        found = []
        for name in ("register", "sign_in", "reset"):
            unknown = [strangers(numbers) for _ in range(samples)]
            found.append(await compare(name, getattr(stranger, name), known, unknown, width))
        await asyncio.sleep(max(until - time.monotonic(), 0))
        unknown = [strangers(numbers) for _ in range(samples)]
        found.append(await compare("resend", stranger.resend, known, unknown, width))
        return found


async def _registered(stranger: Stranger, people: list[Person], width: int) -> list[Person]:
    few = asyncio.Semaphore(width)

    async def made(person: Person) -> Person | None:
        async with few:
            try:
                return Person(person.email, await stranger.register(person))
            except Spoiled:
                return None

    return [person for person in await asyncio.gather(*map(made, people)) if person]


def section(compared: Sequence[Compared]) -> str:
    """The figures, for people."""
    head = ("call", "known ms", "unknown ms", "medians apart", "told apart", "samples")
    rows = [head] + [
        (
            one.name,
            f"{statistics.median(one.known) * 1000:.1f}",
            f"{statistics.median(one.unknown) * 1000:.1f}",
            f"{one.apart:.2%}",
            f"{one.told_apart:.3f}",
            f"{len(one.known)} / {len(one.unknown)}",
        )
        for one in compared
    ]
    return "\n".join(table(rows))


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print. Not 0 when a call tells, or the run is broken."""
    parser = argparse.ArgumentParser(prog="bench.enumeration", description=__doc__)
    parser.add_argument("--samples", type=int, default=2_000, help="of each kind")
    parser.add_argument("--width", type=int, default=2, help="calls at once")
    parser.add_argument("--update-docs", action="store_true", help=f"write {PAGE.name}")
    options = parser.parse_args(list(arguments))
    machine = this_machine()
    with (
        tempfile.TemporaryDirectory(prefix="inergize-enumeration-") as name,
        own_stack(Path(name), SETTINGS) as stack,
    ):
        url = stack.addresses()["INERGIZE_URL"]
        compared = asyncio.run(measure(url, options.samples, options.width))
    print(section(compared))
    if options.update_docs:
        write_section(PAGE, "enumeration", section(compared), machine)
    return 0 if all(one.apart < MEDIANS_APART for one in compared) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
