"""The Analytics room, served for real."""

from collections.abc import Awaitable, Callable, Iterator

import pytest
import pytest_asyncio

from services.analytics.__main__ import build
from services.kernel.config import RedisSettings
from tests.integration.analytics.calls import Analytics
from tests.support.rooms import RunningRoom
from tests.support.valkey import Valkey, running_valkey

StartRoom = Callable[..., Awaitable[RunningRoom]]


@pytest_asyncio.fixture
async def analytics(start_room: StartRoom) -> Analytics:
    return Analytics(await start_room("analytics", build))


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    """A Valkey of the test's own, to be killed."""
    with running_valkey() as server:
        yield server


@pytest_asyncio.fixture
async def fragile(start_room: StartRoom, own_valkey: Valkey) -> Analytics:
    """The room on that Valkey."""
    settings = RedisSettings(url=own_valkey.url)  # type: ignore[arg-type]
    return Analytics(await start_room("analytics", build, redis=settings))
