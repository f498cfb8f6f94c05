"""Without PostgreSQL there is no verdict; without Redis PostgreSQL decides alone."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
from grpc import StatusCode

from services.kernel.config import DatabaseSettings, RedisSettings, Settings
from services.safety.__main__ import build
from tests.integration.safety.calls import ALLOWED, DEFERRED, Safety, refusal
from tests.support.replies import error_info
from tests.support.rooms import RunningRoom, running_room
from tests.support.valkey import Valkey, running_valkey


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    """A Valkey of the test's own, to be killed and stopped."""
    with running_valkey() as server:
        yield server


@pytest_asyncio.fixture
async def safety(start_room: Callable[..., Awaitable[RunningRoom]], own_valkey: Valkey) -> Safety:
    settings = RedisSettings(url=own_valkey.url)  # type: ignore[arg-type]
    return Safety(await start_room("safety", build, redis=settings))


async def test_dead_redis_leaves_the_decision_to_postgresql(
    safety: Safety, own_valkey: Valkey
) -> None:
    user_id = await safety.make_user()
    own_valkey.kill()

    answers = await asyncio.gather(*(safety.reserve(user_id) for _ in range(16)))

    assert sorted(answer.verdict for answer in answers) == [ALLOWED] + [DEFERRED] * 15


async def test_stopped_redis_does_not_cost_the_deadline(safety: Safety, own_valkey: Valkey) -> None:
    user_id = await safety.make_user()
    assert own_valkey.process is not None
    own_valkey.process.send_signal(signal.SIGSTOP)
    try:
        answer = await safety.reserve(user_id)
    finally:
        own_valkey.process.send_signal(signal.SIGCONT)

    assert answer.verdict == ALLOWED


class Road:
    """A way to PostgreSQL that can be closed."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._writers: list[asyncio.StreamWriter] = []
        self.is_open = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._travel, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]
            self.close()

    def close(self) -> None:
        self.is_open = False
        for writer in self._writers:
            writer.close()

    async def _travel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        if not self.is_open:
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers.append(far_writer)
        await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_without_postgresql_there_is_no_verdict(
    make_settings: Callable[..., Settings], admin: asyncpg.Connection
) -> None:
    settings = make_settings()
    database = settings.database
    assert database.url is not None
    url = database.url.get_secret_value()
    road = Road(urlsplit(url).port or 0)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(road.running())
        detour = DatabaseSettings(
            url=url.replace(f":{urlsplit(url).port}/", f":{port}/"),  # type: ignore[arg-type]
            passwords=database.passwords,
        )
        settings = settings.model_copy(update={"database": detour})
        room = running_room("safety", build, settings, admin)
        safety = Safety(await stack.enter_async_context(room))
        user_id = await safety.make_user()
        assert (await safety.reserve(user_id)).verdict == ALLOWED
        road.close()

        refused = [await refusal(safety.reserve(user_id)) for _ in range(5)]

        assert {failure.code() for failure in refused} == {StatusCode.UNAVAILABLE}
        assert {error_info(failure).reason for failure in refused} == {"ERROR_REASON_UNAVAILABLE"}
        road.is_open = True
        assert (await safety.reserve(user_id)).verdict == DEFERRED
