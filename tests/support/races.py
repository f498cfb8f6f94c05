"""Races: many calls for one thing that only one may get, let go at the same instant.

for _ in range(ROUNDS):
    token = ...  # a new secret
    outcomes = await race(50, lambda: stub.VerifyEmail(pb.VerifyEmailRequest(token=token)))
    assert len(winners(outcomes)) == 1
    assert refusals(outcomes) == {"ERROR_REASON_TOKEN_INVALID": 49}
"""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import grpc

from tests.support.replies import error_info

ROUNDS = int(os.environ.get("RACE_ROUNDS", "25"))
"""Rounds of each race; `RACE_ROUNDS=100` or 1000 for the long runs."""
T = TypeVar("T")


async def race(n: int, make_call: Callable[[], Awaitable[T]]) -> list[T | grpc.aio.AioRpcError]:
    """Make `n` calls at once: each one's answer or the error it was refused with.

    No call begins before all are ready to. What is no refusal by the server is raised.
    """
    line = asyncio.Barrier(n)

    async def run() -> T | grpc.aio.AioRpcError:
        await line.wait()
        try:
            return await make_call()
        except grpc.aio.AioRpcError as refused:
            return refused

    return list(await asyncio.gather(*(run() for _ in range(n))))


def winners(outcomes: Iterable[T | grpc.aio.AioRpcError]) -> list[T]:
    """The answers."""
    return [one for one in outcomes if not isinstance(one, grpc.aio.AioRpcError)]


def refusals(outcomes: Iterable[object]) -> Counter[str]:
    """How many calls were refused for which reason."""
    refused = (one for one in outcomes if isinstance(one, grpc.aio.AioRpcError))
    return Counter(error_info(one).reason for one in refused)
