"""A member of the served automation room."""

from uuid import UUID

import pytest

from tests.integration.automation.targets.calls import Member
from tests.support.rooms import RunningRoom


@pytest.fixture
def member(room: RunningRoom, user_id: UUID) -> Member:
    return Member(room, user_id)
