"""What LinkedIn's answer to an action means for its attempt."""

from services.profile.actions.model import AttemptState, Known
from services.profile.linkedin.outcome import (
    CallResult,
    Confirmed,
    NotSent,
    Rejected,
    Throttled,
    Unknown,
)
from services.profile.linkedin.redaction import impersonal

NOT_SENT = "not_sent"
"""No byte left this machine: it did not happen."""
THROTTLED = "throttled"
"""LinkedIn's quota is spent: it did not happen."""
NO_ANSWER = "no_answer"
"""It may have happened."""
SENDER_LOST = "sender_lost"
"""Whoever was sending ended before recording an answer: it may have happened."""


def known_from(result: CallResult, status_code: int) -> Known:
    """What is known after a call that ended with `status_code`, 0 for no answer."""
    match result:
        case Confirmed(remote_id=remote_id):
            return Known(AttemptState.CONFIRMED, remote_id, status_code)
        case Rejected(status=status, code=code, duplicate_of=duplicate_of):
            return Known(
                AttemptState.REJECTED,
                status_code=status,
                error_code=code or f"HTTP_{status}",
                error_message=impersonal(_explained(result)),
                duplicate_of=duplicate_of or "",
            )
        case Throttled(until=until, message=message):
            return Known(
                AttemptState.REJECTED,
                status_code=status_code,
                error_code=THROTTLED,
                error_message=impersonal(message),
                retry_at=until,
            )
        case Unknown(reason=reason):
            return Known(
                AttemptState.UNKNOWN,
                status_code=status_code,
                error_code=NO_ANSWER,
                error_message=reason,
            )
        case NotSent(reason=reason):
            return Known(AttemptState.REJECTED, error_code=NOT_SENT, error_message=reason)


def _explained(refused: Rejected) -> str:
    """LinkedIn's explanation, after the field that it is about where that is told apart."""
    field, message = refused.field_path, refused.message
    return message if not field or field in message else f"{field}: {message}"
