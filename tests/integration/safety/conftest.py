"""The Safety room, served for real."""

from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio

from services.safety import policy
from services.safety.__main__ import build
from services.safety.model import Limits
from tests.integration.safety.calls import Safety
from tests.support.rooms import RunningRoom


@pytest_asyncio.fixture
async def safety(start_room: Callable[..., Awaitable[RunningRoom]]) -> Safety:
    return Safety(await start_room("safety", build))


@pytest.fixture
def ceiling(monkeypatch: pytest.MonkeyPatch) -> Callable[[Limits], None]:
    """Other ceilings for posts than the real ones, which are too high to reach in a test."""

    def set_to(limits: Limits) -> None:
        monkeypatch.setitem(policy.CEILINGS, "publish_post", limits)

    return set_to
