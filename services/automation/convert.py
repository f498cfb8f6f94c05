"""Between the contract's messages and the room's own values."""

from datetime import datetime
from uuid import UUID

from google.protobuf.message import Message
from inergize.automation.v1 import automation_internal_service_pb2 as internal
from inergize.automation.v1 import automation_pb2 as pb

from services.automation.model import (
    Action,
    ActionEvent,
    Attempt,
    AttemptResult,
    ReadingResult,
    WantedAttempt,
)
from services.kernel import messages

_STATE_OF = {
    name.removeprefix("ACTION_STATE_").lower(): value
    for name, value in pb.ActionState.items()
    if value != pb.ACTION_STATE_UNSPECIFIED
}
STATES = {value: word for word, value in _STATE_OF.items()}


def uuid_or_none(text: str) -> UUID | None:
    """An id that may be left out."""
    return UUID(text) if text else None


def wanted_from_proto(request: internal.BeginAttemptRequest) -> WantedAttempt:
    """The attempt a worker is about to make."""
    return WantedAttempt(
        user_id=UUID(request.user_id),
        action_id=UUID(request.action_id),
        attempt=request.attempt,
        action_type=request.action_type,
        content_id=uuid_or_none(request.content_id),
        due_at=_optional("due_time", request),
    )


def attempt_to_proto(attempt: Attempt) -> internal.BeginAttemptResponse:
    """What a worker learns about an attempt."""
    return internal.BeginAttemptResponse(
        attempt_id=str(attempt.attempt_id),
        state=_STATE_OF[attempt.state],
        fence=attempt.fence,
        remote_id=attempt.remote_id,
        error_message=attempt.error_message,
        next_allowed_time=messages.to_timestamp(attempt.next_allowed_at),
    )


def result_from_proto(request: internal.RecordAttemptRequest) -> AttemptResult:
    """How an attempt ended."""
    return AttemptResult(
        state=STATES[request.state],
        remote_id=request.remote_id,
        error_message=request.error_message,
        block_reasons=tuple(request.block_reasons),
        next_allowed_at=_optional("next_allowed_time", request),
    )


def reading_from_proto(request: internal.RecordReconciliationRequest) -> ReadingResult:
    """What reading back has shown."""
    return ReadingResult(
        state=STATES[request.state],
        remote_id=request.remote_id,
        error_message=request.error_message,
        retry_at=_optional("retry_time", request),
        evidence=request.evidence,
    )


def action_to_proto(action: Action) -> pb.Action:
    """An attempt as its user sees it."""
    return pb.Action(
        attempt_id=str(action.attempt_id),
        action_id=str(action.action_id),
        attempt=action.attempt,
        action_type=action.action_type,
        state=_STATE_OF[action.state],
        content_id=str(action.content_id or ""),
        remote_id=action.remote_id,
        error_message=action.error_message,
        block_reasons=action.block_reasons,
        next_allowed_time=messages.to_timestamp(action.next_allowed_at),
        due_time=messages.to_timestamp(action.due_at),
        created_time=messages.to_timestamp(action.created_at),
        updated_time=messages.to_timestamp(action.updated_at),
    )


def event_to_proto(event: ActionEvent) -> pb.ActionEvent:
    """One step in an attempt's life."""
    return pb.ActionEvent(
        from_state=_STATE_OF[event.from_state] if event.from_state else pb.ACTION_STATE_UNSPECIFIED,
        to_state=_STATE_OF[event.to_state],
        actor=event.actor,
        detail_json=messages.to_json(event.detail),
        time=messages.to_timestamp(event.at),
    )


def _optional(field: str, request: Message) -> datetime | None:
    """A time that may be left out."""
    return messages.to_datetime(field, getattr(request, field)) if request.HasField(field) else None
