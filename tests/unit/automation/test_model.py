"""The ledger's states and what its story tells."""

from datetime import UTC, datetime
from uuid import UUID

from inergize.automation.v1.automation_pb2 import ActionState

from services.automation.convert import STATES
from services.automation.model import ENDED, Attempt, AttemptResult


def test_every_state_of_the_contract_has_its_word() -> None:
    named = {name.removeprefix("ACTION_STATE_").lower() for name, _ in ActionState.items()}
    assert set(STATES.values()) == named - {"unspecified"}


def test_workers_have_something_to_do_only_before_the_end() -> None:
    assert set(STATES.values()) - ENDED == {"planned", "queued", "claimed"}


def test_story_tells_only_what_there_is() -> None:
    nothing = AttemptResult("skipped", "", "", (), None)
    assert nothing.detail() == {}
    later = datetime(2027, 1, 1, tzinfo=UTC)
    all_of_it = AttemptResult("blocked", "urn", "no", ("cap",), later)
    assert all_of_it.detail() == {
        "remote_id": "urn",
        "error": "no",
        "reasons": ["cap"],
        "next_allowed_time": "2027-01-01T00:00:00+00:00",
    }


def test_who_does_not_hold_an_attempt_gets_no_fence() -> None:
    held = Attempt(UUID(int=1), "confirmed", 4, "urn", "", None, is_held=False)
    assert held.without_fence().fence == 0
    assert held.without_fence().attempt_id == held.attempt_id
