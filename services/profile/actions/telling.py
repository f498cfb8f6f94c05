"""Tells programs and the member what is known of an action, in the transaction that records it.

Posts are told to the member by Content, which knows their titles.
"""

from uuid import UUID

from services.kernel.db import Transaction
from services.profile.actions.model import AttemptState, Known
from services.profile.actions.outcomes import NOT_SENT, THROTTLED
from services.profile.actions.traces import Kind
from services.profile.notifications.kinds import Kind as NoticeKind
from services.profile.notifications.notices import Notice, notify
from services.profile.webhooks.events import EventType, emit

_EVENTS = {
    AttemptState.CONFIRMED: EventType.ACTION_CONFIRMED,
    AttemptState.REJECTED: EventType.ACTION_REJECTED,
    AttemptState.NOT_FOUND: EventType.ACTION_REJECTED,
    AttemptState.UNKNOWN: EventType.ACTION_UNKNOWN,
}
_WORDS = {
    Kind.REPOST: "your repost",
    Kind.EDIT_POST: "the change of your post",
    Kind.DELETE_POST: "the removal of your post",
    Kind.CREATE_COMMENT: "your comment",
    Kind.EDIT_COMMENT: "the change of your comment",
    Kind.ADD_REACTION: "your reaction",
    Kind.SEND_INVITATION: "your invitation",
    Kind.SEND_MESSAGE: "your message",
}
_TRIED_AGAIN = frozenset({NOT_SENT, THROTTLED})
"""What is planned anew by itself is not worth a notice."""


async def tell(tx: Transaction, user_id: UUID, attempt_id: UUID, kind: Kind, known: Known) -> None:
    """Tell what has just been recorded of an attempt, once for each thing that may be known."""
    told: dict[str, object] = {"attempt_id": str(attempt_id), "kind": kind.value}
    if known.state is AttemptState.CONFIRMED:
        told["remote_id"] = known.remote_id
    else:
        told["error_code"] = known.error_code
    key = f"attempt:{attempt_id}:{known.state}"
    await emit(tx, user_id, _EVENTS[known.state], told, key)
    if known.state is AttemptState.REJECTED and known.error_code not in _TRIED_AGAIN:
        reason = known.error_message or known.error_code
        await _notify(tx, user_id, kind, NoticeKind.ACTION_FAILED, _data(attempt_id, reason))


async def ask_the_member(
    tx: Transaction, user_id: UUID, attempt_id: UUID, kind: Kind, reason: str
) -> None:
    """Ask the member to look on LinkedIn: nobody else can tell. Asked once."""
    await _notify(tx, user_id, kind, NoticeKind.ACTION_UNSURE, _data(attempt_id, reason))


def _data(attempt_id: UUID, reason: str) -> dict[str, str]:
    return {"attempt_id": str(attempt_id), "reason": reason}


async def _notify(
    tx: Transaction, user_id: UUID, kind: Kind, about: NoticeKind, data: dict[str, str]
) -> None:
    words = _WORDS.get(kind)
    if words is None:
        return
    key = f"{about}:{data['attempt_id']}"
    await notify(tx, Notice(user_id, about, key, {**data, "action": words}))
