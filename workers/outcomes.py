"""What an attempt's end means for the ledger, the content and the quota."""

from dataclasses import dataclass, replace
from datetime import timedelta

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from inergize.automation.v1 import automation_internal_service_pb2 as automation
from inergize.automation.v1 import automation_pb2
from inergize.automation.v1.automation_pb2 import ActionState
from inergize.common.v1 import error_reason_pb2 as reasons_pb2
from inergize.content.v1 import content_internal_service_pb2 as content
from inergize.profile.v1 import profile_actions_pb2 as profile
from inergize.safety.v1 import safety_internal_service_pb2 as safety
from inergize.safety.v1 import safety_pb2

NOT_SENT = "not_sent"
THROTTLED = "throttled"
NOT_CONNECTED = "linkedin_not_connected"
ATTEMPT_REFUSED = "attempt_refused"
ACCOUNT_OFF = "account_suspended: The account is switched off."
NOT_SENT_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(minutes=10)
MOST_ATTEMPTS = 1_000
"""The ledger numbers no more attempts at one action than this."""
LONGEST_ERROR, LONGEST_REASON, LONGEST_REMOTE_ID, MOST_REASONS = 1_000, 300, 100, 50
"""The contract's limits: what is longer would be refused each time it is reported."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended."""

    state: ActionState.ValueType
    publication: content.PublicationOutcome.ValueType
    execution: safety.ExecutionOutcome.ValueType
    remote_id: str = ""
    error: str = ""
    block_reasons: tuple[str, ...] = ()
    retry_time: Timestamp | None = None

    def of_attempt(self, number: int) -> "Outcome":
        """The same, as the end of the action when no attempt may follow."""
        if number < MOST_ATTEMPTS or self.publication != content.PUBLICATION_OUTCOME_DEFERRED:
            return self
        return replace(self, publication=content.PUBLICATION_OUTCOME_FAILED, retry_time=None)


def of_finished(attempt: automation.BeginAttemptResponse) -> Outcome | None:
    """The outcome of an attempt that had ended before; None when it is ours to carry out."""
    match attempt.state:
        case automation_pb2.ACTION_STATE_CLAIMED:
            return None
        case automation_pb2.ACTION_STATE_CONFIRMED:
            return _confirmed(attempt.remote_id)
        case automation_pb2.ACTION_STATE_REJECTED | automation_pb2.ACTION_STATE_NOT_FOUND:
            return _rejected(attempt.error_message, _next_allowed(attempt))
        case automation_pb2.ACTION_STATE_BLOCKED | automation_pb2.ACTION_STATE_SKIPPED:
            return _blocked((attempt.error_message,), _next_allowed(attempt))
        case _:
            return _unknown(attempt.error_message)


def of_refusal(verdict: safety.ReserveActionResponse) -> Outcome:
    """Safety said no, or not yet."""
    reasons = tuple(f"{reason.rule}: {reason.explanation}" for reason in verdict.reasons)
    later = None
    if verdict.verdict == safety_pb2.VERDICT_DEFERRED:
        later = verdict.next_allowed_time if verdict.HasField("next_allowed_time") else _after(1)
    return _blocked(reasons or ("Safety gave no verdict that allows it",), later)


def of_suspension() -> Outcome:
    """The account is switched off: nothing is published, and nothing is made up for later."""
    return _blocked((ACCOUNT_OFF,), None)


def of_execution(reply: profile.ExecuteActionResponse, number: int = 1) -> Outcome:
    """What Profile knows after acting; `number` says which attempt at the action it was."""
    if reply.outcome == profile.ACTION_OUTCOME_CONFIRMED:
        return _confirmed(reply.remote_id)
    if reply.outcome != profile.ACTION_OUTCOME_REJECTED:
        return _unknown(reply.error_message or reply.error_code)
    error = f"{reply.error_code}: {reply.error_message}".strip(": ")
    if reply.error_code not in (NOT_SENT, THROTTLED):
        return _rejected(error)
    return _rejected(error, reply.retry_time if reply.HasField("retry_time") else _after(number))


def not_connected(failed: grpc.aio.AioRpcError) -> profile.ExecuteActionResponse:
    """Profile refused before anything was sent."""
    return profile.ExecuteActionResponse(
        outcome=profile.ACTION_OUTCOME_REJECTED,
        error_code=NOT_CONNECTED,
        error_message=failed.details() or "",
    )


def is_resting(failed: grpc.aio.AioRpcError) -> bool:
    """Whether Profile says that LinkedIn cannot be used for this member just now."""
    resting = reasons_pb2.ErrorReason.Name(reasons_pb2.ERROR_REASON_LINKEDIN_UNAVAILABLE)
    return failed.code() is grpc.StatusCode.UNAVAILABLE and resting in _reasons(failed)


def not_now(failed: grpc.aio.AioRpcError) -> profile.ExecuteActionResponse:
    """Nothing was sent, and when that may change."""
    reply = profile.ExecuteActionResponse(
        outcome=profile.ACTION_OUTCOME_REJECTED,
        error_code=NOT_SENT,
        error_message=failed.details() or "",
    )
    for delay in _retry_delays(failed):
        reply.retry_time.GetCurrentTime()
        ahead = reply.retry_time.ToNanoseconds() + int(delay.total_seconds() * 1e9)
        reply.retry_time.FromNanoseconds(ahead)
    return reply


def refused_to_try(failed: grpc.aio.AioRpcError) -> profile.ExecuteActionResponse:
    """Profile refused the request as wrong; nothing was sent.

    Unless the attempt's id was used for another request: that one may have been sent.
    """
    has_another = reasons_pb2.ErrorReason.Name(
        reasons_pb2.ERROR_REASON_ATTEMPT_MISMATCH
    ) in _reasons(failed)
    return profile.ExecuteActionResponse(
        outcome=profile.ACTION_OUTCOME_UNKNOWN if has_another else profile.ACTION_OUTCOME_REJECTED,
        error_code=ATTEMPT_REFUSED,
        error_message=failed.details() or "",
    )


def _confirmed(remote_id: str) -> Outcome:
    if not 0 < len(remote_id) <= LONGEST_REMOTE_ID or "\0" in remote_id:
        return _unknown("LinkedIn did it, and named the result in a way that cannot be kept")
    return Outcome(
        automation_pb2.ACTION_STATE_CONFIRMED,
        content.PUBLICATION_OUTCOME_PUBLISHED,
        safety.EXECUTION_OUTCOME_SENT,
        remote_id=remote_id,
    )


def _unknown(error: str) -> Outcome:
    return Outcome(
        automation_pb2.ACTION_STATE_UNKNOWN,
        content.PUBLICATION_OUTCOME_UNKNOWN,
        safety.EXECUTION_OUTCOME_UNKNOWN,
        error=_kept(error) or "LinkedIn's answer was lost",
    )


def _rejected(error: str, later: Timestamp | None = None) -> Outcome:
    """It did not happen; with a time, a new attempt may follow then."""
    # Errors begin with their code, also when they come back from the ledger.
    was_sent = error.partition(":")[0] not in (NOT_SENT, NOT_CONNECTED, ATTEMPT_REFUSED)
    return Outcome(
        automation_pb2.ACTION_STATE_REJECTED,
        content.PUBLICATION_OUTCOME_DEFERRED if later else content.PUBLICATION_OUTCOME_FAILED,
        safety.EXECUTION_OUTCOME_SENT if was_sent else safety.EXECUTION_OUTCOME_NOT_SENT,
        error=_kept(error) or "refused",
        retry_time=later,
    )


def _blocked(reasons: tuple[str, ...], later: Timestamp | None) -> Outcome:
    return Outcome(
        automation_pb2.ACTION_STATE_BLOCKED,
        content.PUBLICATION_OUTCOME_DEFERRED if later else content.PUBLICATION_OUTCOME_FAILED,
        safety.EXECUTION_OUTCOME_NOT_SENT,
        error=_kept("; ".join(reasons)),
        block_reasons=tuple(_kept(reason, LONGEST_REASON) for reason in reasons[:MOST_REASONS]),
        retry_time=later,
    )


def _kept(words: str, most: int = LONGEST_ERROR) -> str:
    """Words as they can be stored: PostgreSQL keeps no NUL, the contract no more than `most`."""
    return words.replace("\0", "")[:most]


def _after(number: int) -> Timestamp:
    """When to try again after so many attempts: LinkedIn may be away for days."""
    retry = Timestamp()
    retry.GetCurrentTime()
    pause = min(NOT_SENT_RETRY * number, LONGEST_RETRY)
    retry.FromNanoseconds(retry.ToNanoseconds() + int(pause.total_seconds() * 1e9))
    return retry


def _next_allowed(attempt: automation.BeginAttemptResponse) -> Timestamp | None:
    return attempt.next_allowed_time if attempt.HasField("next_allowed_time") else None


def _reasons(failed: grpc.aio.AioRpcError) -> set[str]:
    status = rpc_status.from_call(failed)
    info = error_details_pb2.ErrorInfo()
    return {info.reason for detail in (status.details if status else ()) if detail.Unpack(info)}


def _retry_delays(failed: grpc.aio.AioRpcError) -> list[timedelta]:
    status = rpc_status.from_call(failed)
    told = error_details_pb2.RetryInfo()
    details = status.details if status else ()
    return [told.retry_delay.ToTimedelta() for detail in details if detail.Unpack(told)]


def attempt_record(
    attempt: automation.BeginAttemptResponse, outcome: Outcome
) -> automation.RecordAttemptRequest:
    """What the ledger is told."""
    return automation.RecordAttemptRequest(
        attempt_id=attempt.attempt_id,
        fence=attempt.fence,
        state=outcome.state,
        remote_id=outcome.remote_id,
        error_message=outcome.error,
        block_reasons=outcome.block_reasons,
        next_allowed_time=outcome.retry_time,
    )


def publication_record(
    content_id: str, fence: int, outcome: Outcome
) -> content.RecordPublicationRequest:
    """What Content is told."""
    return content.RecordPublicationRequest(
        content_id=content_id,
        fence=fence,
        outcome=outcome.publication,
        remote_id=outcome.remote_id,
        error=outcome.error,
        retry_time=outcome.retry_time,
    )
