"""A served content room, somebody who writes and the machinery that publishes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from services.content.__main__ import build
from tests.integration.content.calls import Author, Machinery
from tests.support.entitled import Entitled, entitling
from tests.support.identity import mesh_settings
from tests.support.rooms import RunningRoom

MakeAuthor = Callable[..., Awaitable[Author]]


@pytest_asyncio.fixture
async def entitled() -> AsyncIterator[Entitled]:
    """Auth, as far as it is asked what users may do."""
    async with entitling() as granting:
        yield granting


@pytest_asyncio.fixture
async def room(start_room: Any, entitled: Entitled) -> RunningRoom:
    mesh = mesh_settings(entitled.address)
    running: RunningRoom = await start_room("content", build, mesh=mesh)
    return running


@pytest.fixture
def make_author(room: RunningRoom) -> MakeAuthor:
    async def make(**facts: object) -> Author:
        user_id = await room.make_user()
        return Author(room, user_id, room.as_user(user_id, **facts))

    return make


@pytest_asyncio.fixture
async def author(make_author: MakeAuthor) -> Author:
    return await make_author(time_zone="Europe/Berlin")


@pytest.fixture
def machinery(room: RunningRoom) -> Machinery:
    return Machinery(room)
