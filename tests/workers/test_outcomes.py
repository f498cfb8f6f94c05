"""What each end of an attempt means: never a resend, never an action without a verdict."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from inergize.automation.v1 import automation_internal_service_pb2 as automation
from inergize.automation.v1 import automation_pb2
from inergize.content.v1 import content_internal_service_pb2 as content
from inergize.profile.v1 import profile_internal_service_pb2 as profile
from inergize.safety.v1 import safety_internal_service_pb2 as safety
from inergize.safety.v1 import safety_pb2

from workers import outcomes

LATER = Timestamp(seconds=2_000_000_000)
ACTS = {automation_pb2.ACTION_STATE_CLAIMED}


@pytest.mark.parametrize("state", automation_pb2.ActionState.values())
def test_only_a_claimed_attempt_is_carried_out(state: automation_pb2.ActionState.ValueType) -> None:
    outcome = outcomes.of_finished(automation.BeginAttemptResponse(state=state))
    assert (outcome is None) == (state in ACTS)


@pytest.mark.parametrize("state", automation_pb2.ActionState.values())
def test_only_a_confirmed_attempt_counts_as_published(
    state: automation_pb2.ActionState.ValueType,
) -> None:
    outcome = outcomes.of_finished(automation.BeginAttemptResponse(state=state))
    if outcome is None:
        return
    is_published = outcome.publication == content.PUBLICATION_OUTCOME_PUBLISHED
    assert is_published == (state == automation_pb2.ACTION_STATE_CONFIRMED)


def test_lost_answer_stays_unknown_and_its_quota_spent() -> None:
    for reply in (
        profile.ExecuteActionResponse(outcome=profile.ACTION_OUTCOME_UNKNOWN),
        profile.ExecuteActionResponse(),  # an answer we do not understand
    ):
        outcome = outcomes.of_execution(reply)
        assert outcome.state == automation_pb2.ACTION_STATE_UNKNOWN
        assert outcome.publication == content.PUBLICATION_OUTCOME_UNKNOWN
        assert outcome.execution == safety.EXECUTION_OUTCOME_UNKNOWN
        assert outcome.error


@pytest.mark.parametrize(
    ("code", "is_again", "execution"),
    [
        ("not_sent", True, safety.EXECUTION_OUTCOME_NOT_SENT),
        ("throttled", True, safety.EXECUTION_OUTCOME_SENT),
        ("linkedin_not_connected", False, safety.EXECUTION_OUTCOME_NOT_SENT),
        ("DUPLICATE_POST", False, safety.EXECUTION_OUTCOME_SENT),
    ],
)
def test_refusal_is_tried_again_only_when_that_can_help(
    code: str, is_again: bool, execution: safety.ExecutionOutcome.ValueType
) -> None:
    reply = profile.ExecuteActionResponse(
        outcome=profile.ACTION_OUTCOME_REJECTED, error_code=code, error_message="words"
    )
    outcome = outcomes.of_execution(reply)
    assert outcome.state == automation_pb2.ACTION_STATE_REJECTED
    assert (outcome.publication == content.PUBLICATION_OUTCOME_DEFERRED) == is_again
    assert (outcome.retry_time is not None) == is_again
    assert outcome.execution == execution


def test_throttle_waits_as_long_as_linkedin_says() -> None:
    reply = profile.ExecuteActionResponse(
        outcome=profile.ACTION_OUTCOME_REJECTED, error_code="throttled", retry_time=LATER
    )
    assert outcomes.of_execution(reply).retry_time == LATER


@pytest.mark.parametrize("verdict", safety_pb2.Verdict.values())
def test_refusal_by_safety_is_deferred_only_when_it_says_until_when(
    verdict: safety_pb2.Verdict.ValueType,
) -> None:
    if verdict == safety_pb2.VERDICT_ALLOWED:
        return
    reply = safety.ReserveActionResponse(verdict=verdict, next_allowed_time=LATER)
    outcome = outcomes.of_refusal(reply)
    is_deferred = verdict == safety_pb2.VERDICT_DEFERRED
    assert outcome.state == automation_pb2.ACTION_STATE_BLOCKED
    assert (outcome.publication == content.PUBLICATION_OUTCOME_DEFERRED) == is_deferred
    assert outcome.block_reasons
