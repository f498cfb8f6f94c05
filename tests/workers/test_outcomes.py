"""What each end of an attempt means: never a resend, never an action without a verdict."""

import time
from uuid import uuid4

import grpc
import protovalidate
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st
from inergize.automation.v1 import automation_internal_service_pb2 as automation
from inergize.automation.v1 import automation_pb2
from inergize.content.v1 import content_internal_service_pb2 as content
from inergize.profile.v1 import profile_actions_pb2 as profile
from inergize.safety.v1 import safety_internal_service_pb2 as safety
from inergize.safety.v1 import safety_pb2

from workers import outcomes

AWAY = grpc.StatusCode.UNAVAILABLE
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
    attempt = automation.BeginAttemptResponse(state=state, remote_id="urn:li:share:1")
    outcome = outcomes.of_finished(attempt)
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


WORDS = st.text(st.characters(exclude_categories=["Cs"])) | st.builds(
    str.__mul__, st.text(st.characters(exclude_categories=["Cs"]), max_size=9), st.integers(0, 400)
)
REPLIES = st.builds(
    profile.ExecuteActionResponse,
    outcome=st.sampled_from(profile.ActionOutcome.values()),
    remote_id=WORDS,
    error_code=st.sampled_from(["", "not_sent", "throttled", "no_answer"]) | WORDS,
    error_message=WORDS,
    retry_time=st.none() | st.just(LATER),
)
VERDICTS = st.builds(
    safety.ReserveActionResponse,
    verdict=st.sampled_from(
        [v for v in safety_pb2.Verdict.values() if v != safety_pb2.VERDICT_ALLOWED]
    ),
    reasons=st.lists(
        st.builds(safety_pb2.VerdictReason, rule=WORDS, explanation=WORDS), max_size=60
    ),
    next_allowed_time=st.none() | st.just(LATER),
)


def check_that_it_can_be_recorded(outcome: outcomes.Outcome) -> None:
    """What the contract, the domain or PostgreSQL refuses would be reported again for ever."""
    attempt = automation.BeginAttemptResponse(attempt_id=str(uuid4()), fence=1)
    told = outcomes.attempt_record(attempt, outcome)
    published = outcomes.publication_record(str(uuid4()), 1, outcome)
    protovalidate.validate(told)
    protovalidate.validate(published)
    assert (
        b"\0"
        not in "".join(
            (told.error_message, told.remote_id, *told.block_reasons, published.error)
        ).encode()
    )
    assert all(len(reason) <= 300 for reason in told.block_reasons)
    is_deferred = published.outcome == content.PUBLICATION_OUTCOME_DEFERRED
    assert published.HasField("retry_time") == is_deferred
    if published.outcome == content.PUBLICATION_OUTCOME_PUBLISHED:
        assert 0 < len(published.remote_id) <= 100


@given(reply=REPLIES, number=st.integers(1, 1_000))
def test_every_outcome_of_an_execution_can_be_recorded(
    reply: profile.ExecuteActionResponse, number: int
) -> None:
    check_that_it_can_be_recorded(outcomes.of_execution(reply, number).of_attempt(number))


@given(verdict=VERDICTS, number=st.integers(1, 1_000))
def test_every_refusal_by_safety_can_be_recorded(
    verdict: safety.ReserveActionResponse, number: int
) -> None:
    check_that_it_can_be_recorded(outcomes.of_refusal(verdict).of_attempt(number))


@pytest.mark.parametrize("code", ["not_sent", "throttled"])
def test_what_may_be_tried_again_still_may_after_a_crash(code: str) -> None:
    """The ledger knew; whoever recorded it there died before Content was told."""
    attempt = automation.BeginAttemptResponse(
        state=automation_pb2.ACTION_STATE_REJECTED,
        error_message=f"{code}: words",
        next_allowed_time=LATER,
    )
    outcome = outcomes.of_finished(attempt)
    assert outcome is not None
    assert outcome.publication == content.PUBLICATION_OUTCOME_DEFERRED
    assert outcome.retry_time == LATER
    is_free_again = outcome.execution == safety.EXECUTION_OUTCOME_NOT_SENT
    assert is_free_again == (code == "not_sent")


def test_pauses_grow_and_have_an_end() -> None:
    reply = profile.ExecuteActionResponse(
        outcome=profile.ACTION_OUTCOME_REJECTED, error_code="not_sent"
    )
    now = Timestamp()
    now.GetCurrentTime()
    pauses = []
    for number in (1, 2, 20, 999):
        retry = outcomes.of_execution(reply, number).retry_time
        assert retry is not None
        pauses.append(round((retry.ToNanoseconds() - now.ToNanoseconds()) / 1e9))
    assert pauses == [30, 60, 600, 600]


def test_no_attempt_follows_the_last_that_the_ledger_can_number() -> None:
    reply = profile.ExecuteActionResponse(
        outcome=profile.ACTION_OUTCOME_REJECTED, error_code="not_sent"
    )
    outcome = outcomes.of_execution(reply, 1_000).of_attempt(1_000)
    assert outcome.publication == content.PUBLICATION_OUTCOME_FAILED
    assert outcome.execution == safety.EXECUTION_OUTCOME_NOT_SENT


def failed_call(
    code: grpc.StatusCode, reason: str, *, retry_seconds: int = 0
) -> grpc.aio.AioRpcError:
    """A call as a service of ours refuses it."""
    status = status_pb2.Status(code=code.value[0], message="words")
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=reason, domain="inergize"))
    if retry_seconds:
        retry = error_details_pb2.RetryInfo(retry_delay=Duration(seconds=retry_seconds))
        status.details.add().Pack(retry)
    metadata = grpc.aio.Metadata(("grpc-status-details-bin", status.SerializeToString()))
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), metadata, details="words")


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("ERROR_REASON_INVALID_REQUEST", automation_pb2.ACTION_STATE_REJECTED),
        ("ERROR_REASON_ATTEMPT_MISMATCH", automation_pb2.ACTION_STATE_UNKNOWN),
    ],
)
def test_a_request_that_profile_refuses_ends(
    reason: str, state: automation_pb2.ActionState.ValueType
) -> None:
    outcome = outcomes.of_execution(
        outcomes.refused_to_try(failed_call(grpc.StatusCode.INVALID_ARGUMENT, reason))
    )
    assert outcome.state == state
    assert outcome.retry_time is None


def test_a_connection_that_rests_puts_the_post_off_until_it_may_work() -> None:
    resting = failed_call(AWAY, "ERROR_REASON_LINKEDIN_UNAVAILABLE", retry_seconds=50)
    assert outcomes.is_resting(resting)

    outcome = outcomes.of_execution(outcomes.not_now(resting))

    assert outcome.publication == content.PUBLICATION_OUTCOME_DEFERRED
    assert outcome.execution == safety.EXECUTION_OUTCOME_NOT_SENT
    assert outcome.retry_time is not None
    assert 40 < outcome.retry_time.seconds - time.time() <= 51


def test_a_service_that_is_away_is_no_connection_that_rests() -> None:
    assert not outcomes.is_resting(failed_call(AWAY, "ERROR_REASON_UNAVAILABLE"))
