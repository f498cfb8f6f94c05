"""A served automation room, its workers and a user who reads."""

from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from services.automation.__main__ import build
from tests.integration.automation.calls import Reader, Workers
from tests.support.rooms import RunningRoom


@pytest_asyncio.fixture
async def room(start_room: Any) -> RunningRoom:
    running: RunningRoom = await start_room("automation", build)
    return running


@pytest_asyncio.fixture
async def user_id(room: RunningRoom) -> UUID:
    return await room.make_user()


@pytest.fixture
def workers(room: RunningRoom, user_id: UUID) -> Workers:
    return Workers(room, user_id)


@pytest.fixture
def reader(room: RunningRoom, user_id: UUID) -> Reader:
    return Reader(room, room.as_user(user_id))
