"""What stands in the way of an ability, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from services.profile.connection.abilities import Ability, abilities_of
from services.profile.connection.capabilities import CAPABILITIES
from services.profile.model import Connection, ConnectionState
from services.profile.reading import readables
from services.profile.reading.model import Refusal, Why
from services.profile.reading.readables import Readable

ALL = tuple(scope for one in CAPABILITIES for scope in one.scopes)
LATER = datetime.now(UTC) + timedelta(days=3)
CONNECTED = Connection(ConnectionState.CONNECTED, "ada", ALL)
READABLES = [one for one in vars(readables).values() if isinstance(one, Readable)]


def by_name(connection: Connection, refusals: dict[str, Refusal]) -> dict[str, Ability]:
    return {one.name: one for one in abilities_of(connection, (), refusals)}


@pytest.mark.parametrize("readable", READABLES, ids=lambda one: one.name)
@pytest.mark.parametrize("why", [Why.REFUSED, Why.THROTTLED])
def test_whatever_linkedin_refuses_to_tell_is_shown(readable: Readable, why: Why) -> None:
    shown = by_name(CONNECTED, {readable.name: Refusal(why, LATER)})[readable.name]

    assert not shown.is_possible
    assert shown.obstacle
    assert shown.retry_at == LATER


def test_a_refusal_whose_time_is_over_stands_in_nobodys_way() -> None:
    past = Refusal(Why.REFUSED, datetime.now(UTC) - timedelta(seconds=1))

    shown = by_name(CONNECTED, {"post_read": past})["post_read"]

    assert shown == by_name(CONNECTED, {})["post_read"]
    assert shown.is_possible


def test_what_was_not_agreed_to_comes_before_what_was_refused() -> None:
    narrow = Connection(ConnectionState.CONNECTED, "ada", ("w_member_social",))

    shown = by_name(narrow, {"post_read": Refusal(Why.REFUSED, LATER)})["post_read"]

    assert shown.missing_scopes == ("r_member_social",)
    assert shown.product
    assert "agreed" in shown.obstacle
    assert shown.retry_at is None


def test_a_connection_that_rests_says_until_when_of_everything() -> None:
    resting = Connection(ConnectionState.RESTING, "ada", ALL, retry_at=LATER)

    shown = abilities_of(resting, ("invitations", "messages"))

    assert {(one.is_possible, one.retry_at) for one in shown} == {(False, LATER)}
