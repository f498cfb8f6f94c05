"""Loops go on whatever a look raises, see a bell that rings meanwhile, and end when asked to."""

import asyncio
from collections.abc import Awaitable, Callable

import grpc
import pytest
import redis

from workers.errors import BrokerAwayError
from workers.loops import end_all, keep_looking

AN_HOUR_SECONDS = 3600.0


def no_answer() -> grpc.aio.AioRpcError:
    nothing = grpc.aio.Metadata()
    return grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, nothing, nothing)


async def looked(times: int, look: Callable[[int], Awaitable[float]], bell: asyncio.Event) -> None:
    """Run a loop until it has looked so often."""
    seen, done = 0, asyncio.Event()

    async def counting() -> float:
        nonlocal seen
        seen += 1
        if seen == times:
            done.set()
        return await look(seen)

    loop = asyncio.create_task(keep_looking("content", counting, bell))
    try:
        async with asyncio.timeout(5):
            await done.wait()
    finally:
        await end_all([loop])
    assert loop.done()


@pytest.mark.parametrize(
    "failure",
    [no_answer(), BrokerAwayError(), redis.ConnectionError("gone"), KeyError("a mistake of ours")],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_failed_look_does_not_end_the_looking(failure: Exception) -> None:
    async def look(number: int) -> float:
        if number == 1:
            raise failure
        return AN_HOUR_SECONDS

    await looked(2, look, asyncio.Event())


async def test_a_bell_that_rings_during_a_look_is_heard() -> None:
    bell = asyncio.Event()

    async def look(number: int) -> float:
        if number == 1:
            bell.set()
        return AN_HOUR_SECONDS

    await looked(2, look, bell)


async def test_a_pause_that_is_over_already_does_not_make_a_loop_spin() -> None:
    """As when the scheduler's clock is ahead of the database's."""
    looks = 0

    async def look() -> float:
        nonlocal looks
        looks += 1
        return -10.0

    loop = asyncio.create_task(keep_looking("content", look, asyncio.Event()))
    await asyncio.wait([loop], timeout=0.3)
    await end_all([loop])
    assert 1 < looks <= 0.3 / 0.02 + 1


async def test_a_swallowed_cancellation_is_repeated() -> None:
    async def stubborn() -> None:
        for _ in range(2):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await asyncio.wait([task], timeout=0.01)
    await end_all([task])
    assert task.cancelled()
