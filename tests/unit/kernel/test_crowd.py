"""Nobody can take every place: not one user with streams, not everybody together."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import grpc
import pytest
import pytest_asyncio
from grpc import StatusCode

from services.kernel.contract import Method
from services.kernel.interceptors import crowd
from tests.support.contracts import all_methods
from tests.support.probes import Probe, probe
from tests.support.replies import error_info
from tests.support.valid import valid_request
from tests.support.waiting import eventually

METHODS = {method.path.rpartition("/")[2]: method for method in all_methods()}
WATCH, GET = METHODS["WatchContent"], METHODS["GetContent"]


class Lingering:
    """Calls that run until they are told to end."""

    def __init__(self) -> None:
        self.running = 0
        self.over = asyncio.Event()

    async def __call__(self, method: Method, _request: Any) -> Any:
        self.running += 1
        try:
            await self.over.wait()
        finally:
            self.running -= 1
        return method.reply_type()


@pytest_asyncio.fixture
async def calls() -> Lingering:
    return Lingering()


@pytest_asyncio.fixture
async def served(calls: Lingering) -> AsyncIterator[Probe]:
    async with probe(calls) as running:
        yield running


def begin(served: Probe, method: Method, metadata: list[tuple[str, str]]) -> Any:
    return served.call(method, valid_request(method.request_type), metadata=metadata)


async def outcome(stream: Any) -> str:
    """`open`, or the reason of the refusal."""
    try:
        await stream.read()
    except grpc.aio.AioRpcError as refused:
        reason: str = error_info(refused).reason
        return reason
    return "open"


async def test_streams_of_one_user_are_counted_and_given_back(
    served: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "MOST_STREAMS_PER_USER", 3)
    mine, theirs = (served.metadata(WATCH, uuid4()) for _ in range(2))
    streams = [begin(served, WATCH, mine) for _ in range(3)]
    assert [await outcome(stream) for stream in streams] == ["open"] * 3

    refused = await outcome(begin(served, WATCH, mine))
    assert refused == "ERROR_REASON_TOO_MANY_REQUESTS"
    assert await outcome(begin(served, WATCH, theirs)) == "open"
    streams[0].cancel()

    async def place_is_free() -> bool:
        return await outcome(begin(served, WATCH, mine)) == "open"

    await eventually(place_is_free)


async def test_too_many_calls_are_refused_in_our_words(
    served: Probe, calls: Lingering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "MOST_CALLS", 2)
    metadata = served.metadata(GET, uuid4())
    running = [asyncio.ensure_future(begin(served, GET, metadata)) for _ in range(2)]

    async def both_run() -> bool:
        return calls.running == 2

    await eventually(both_run)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await begin(served, GET, metadata)
    assert refused.value.code() is StatusCode.RESOURCE_EXHAUSTED
    assert error_info(refused.value).reason == "ERROR_REASON_TOO_MANY_REQUESTS"
    calls.over.set()
    await asyncio.gather(*running)
    await begin(served, GET, metadata)
