"""What an attempt's end means for the ledger, the content and the quota."""

from dataclasses import dataclass
from datetime import timedelta

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from inergize.automation.v1 import automation_internal_service_pb2 as automation
from inergize.automation.v1 import automation_pb2
from inergize.automation.v1.automation_pb2 import ActionState
from inergize.content.v1 import content_internal_service_pb2 as content
from inergize.profile.v1 import profile_internal_service_pb2 as profile
from inergize.safety.v1 import safety_internal_service_pb2 as safety
from inergize.safety.v1 import safety_pb2

NOT_SENT = "not_sent"
THROTTLED = "throttled"
NOT_CONNECTED = "linkedin_not_connected"
NOT_SENT_RETRY = timedelta(seconds=30)


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


def of_finished(attempt: automation.BeginAttemptResponse) -> Outcome | None:
    """The outcome of an attempt that had ended before; None when it is ours to carry out."""
    match attempt.state:
        case automation_pb2.ACTION_STATE_CLAIMED:
            return None
        case automation_pb2.ACTION_STATE_CONFIRMED:
            return _confirmed(attempt.remote_id)
        case automation_pb2.ACTION_STATE_REJECTED | automation_pb2.ACTION_STATE_NOT_FOUND:
            return _rejected(attempt.error_message)
        case automation_pb2.ACTION_STATE_BLOCKED | automation_pb2.ACTION_STATE_SKIPPED:
            later = attempt.next_allowed_time if attempt.HasField("next_allowed_time") else None
            return _blocked((attempt.error_message,), later)
        case _:
            return _unknown(attempt.error_message)


def of_refusal(verdict: safety.ReserveActionResponse) -> Outcome:
    """Safety said no, or not yet."""
    reasons = tuple(f"{reason.rule}: {reason.explanation}" for reason in verdict.reasons)
    is_later = verdict.verdict == safety_pb2.VERDICT_DEFERRED
    later = verdict.next_allowed_time if is_later else None
    return _blocked(reasons or ("Safety gave no verdict that allows it",), later)


def of_execution(reply: profile.ExecuteActionResponse) -> Outcome:
    """What Profile knows after acting."""
    if reply.outcome == profile.ACTION_OUTCOME_CONFIRMED:
        return _confirmed(reply.remote_id)
    if reply.outcome != profile.ACTION_OUTCOME_REJECTED:
        return _unknown(reply.error_message or reply.error_code)
    error = f"{reply.error_code}: {reply.error_message}".strip(": ")
    if reply.error_code in (NOT_SENT, THROTTLED):
        return _again(error, reply)
    return _rejected(error, was_sent=reply.error_code != NOT_CONNECTED)


def not_connected(failed: grpc.aio.AioRpcError) -> profile.ExecuteActionResponse:
    """Profile refused before anything was sent."""
    return profile.ExecuteActionResponse(
        outcome=profile.ACTION_OUTCOME_REJECTED,
        error_code=NOT_CONNECTED,
        error_message=failed.details() or "",
    )


def _confirmed(remote_id: str) -> Outcome:
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
        error=error or "LinkedIn's answer was lost",
    )


def _rejected(error: str, *, was_sent: bool = True) -> Outcome:
    return Outcome(
        automation_pb2.ACTION_STATE_REJECTED,
        content.PUBLICATION_OUTCOME_FAILED,
        safety.EXECUTION_OUTCOME_SENT if was_sent else safety.EXECUTION_OUTCOME_NOT_SENT,
        error=error or "refused",
    )


def _again(error: str, reply: profile.ExecuteActionResponse) -> Outcome:
    """It did not happen and may be tried again, as a new attempt, later."""
    retry = Timestamp()
    if reply.HasField("retry_time"):
        retry.CopyFrom(reply.retry_time)
    else:
        retry.GetCurrentTime()
        retry.FromNanoseconds(retry.ToNanoseconds() + int(NOT_SENT_RETRY.total_seconds() * 1e9))
    was_sent = reply.error_code != NOT_SENT
    return Outcome(
        automation_pb2.ACTION_STATE_REJECTED,
        content.PUBLICATION_OUTCOME_DEFERRED,
        safety.EXECUTION_OUTCOME_SENT if was_sent else safety.EXECUTION_OUTCOME_NOT_SENT,
        error=error,
        retry_time=retry,
    )


def _blocked(reasons: tuple[str, ...], later: Timestamp | None) -> Outcome:
    return Outcome(
        automation_pb2.ACTION_STATE_BLOCKED,
        content.PUBLICATION_OUTCOME_DEFERRED if later else content.PUBLICATION_OUTCOME_FAILED,
        safety.EXECUTION_OUTCOME_NOT_SENT,
        error="; ".join(reasons)[:1000],
        block_reasons=reasons,
        retry_time=later,
    )
