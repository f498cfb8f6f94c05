"""A flood of sign-ins is refused where it exceeds what can be checked; other calls go on.

How much slower they become is measured by `python -m bench.login_flood`, on a machine of its own.
"""

import asyncio
import sys
from collections import Counter

import httpx
import pytest

from bench.login_flood import P99, PATHS, generate
from bench.steady import Seen, Steady
from tests.support.people import PASSWORD, sign_up
from tests.support.stack import Stack, User

ROUNDS = 3
SECONDS = 4.0
FLOOD_PER_SECOND = 100.0
READS_PER_SECOND = 40.0
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has a network for each client on loopback"
)


@pytest.fixture(scope="module")
def user(stack: Stack) -> User:
    return sign_up(stack)


def port(stack: Stack) -> int:
    return int(stack.url.rpartition(":")[2])


async def both(stack: Stack, user: User, flood: Steady) -> tuple[Seen, Seen, Seen]:
    """Reads without the flood, reads under it, and the flood itself."""
    reads = Steady(port(stack), READS_PER_SECOND, SECONDS, PATHS, user.token)
    idle = await generate(reads)
    flooding = asyncio.create_task(generate(flood))
    return idle, await generate(reads), await flooding


async def test_reads_go_on_under_a_flood_from_everywhere(stack: Stack, user: User) -> None:
    flood = Steady(port(stack), FLOOD_PER_SECOND, SECONDS, is_spread=True)
    factors: list[float] = []
    answered: Counter[str] = Counter()
    for _ in range(ROUNDS):
        idle, flooded, seen = await both(stack, user, flood)
        assert set(idle.answers) == set(flooded.answers) == {"200"}
        factors.append(flooded.at(P99) / idle.at(P99))
        answered += Counter(seen.answers)
    print(f"\np99 under flood / idle: {factors}, {dict(answered)}")
    # Where much else runs, a check may take longer than its call: such a call has its answer too.
    late = answered.pop("DEADLINE_EXCEEDED", 0)
    assert set(answered) == {"CREDENTIALS_INVALID", "LOGIN_BUSY"}
    assert min(answered.values()) > ROUNDS
    assert late <= sum(answered.values()) / 10


async def test_one_networks_flood_keeps_nobody_else_out(stack: Stack, user: User) -> None:
    """It may take half of the places for password checks; the others' sign-ins find theirs."""
    # Not from the address that the other tests of this stack sign in from: it ends up locked.
    flood = Steady(port(stack), FLOOD_PER_SECOND, SECONDS * 2, source="127.66.6.6")
    flooding = asyncio.create_task(generate(flood))
    elsewhere = httpx.AsyncHTTPTransport(local_address="127.77.7.7")
    async with httpx.AsyncClient(transport=elsewhere, base_url=stack.url, timeout=10) as client:
        body = {"email": user.email, "password": PASSWORD}
        answers = [await client.post("/v1/auth/login", json=body) for _ in range(10)]
    seen = await flooding
    assert [answer.status_code for answer in answers] == [200] * 10
    assert set(seen.answers) <= {"CREDENTIALS_INVALID", "LOGIN_BUSY", "LOGIN_LOCKED"}
    assert seen.answers["LOGIN_BUSY"] > 10
    assert seen.answers["CREDENTIALS_INVALID"] <= 105  # what an hour allows one address
