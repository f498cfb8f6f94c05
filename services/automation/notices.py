"""What a user is told of an action that Safety holds back for good.

Of posts Content tells, which knows their titles; of what reaches LinkedIn, Profile does.
"""

from typing import Any
from uuid import UUID

from services.automation.model import AttemptResult, Ended

LONGEST_REASON = 300
_WORDS = {"post_first_comment": "the first comment under your post"}
"""Of the kinds that Safety knows; it lets no others through."""
_TOLD_BY_CONTENT = frozenset({"publish_post"})


def notice_of(attempt_id: UUID, ended: Ended, result: AttemptResult) -> dict[str, Any] | None:
    """The notice as an outbox message, told once an action; None when there is nothing to tell.

    What waits for its time is carried out later by itself.
    """
    is_put_off = result.next_allowed_at is not None
    if result.state != "blocked" or is_put_off or ended.action_type in _TOLD_BY_CONTENT:
        return None
    reason = "; ".join(result.block_reasons) or result.error_message
    return {
        "kind": "action_blocked",
        "dedupe_key": f"action_blocked:{ended.action_id}",
        "data": {
            "attempt_id": str(attempt_id),
            "action": _WORDS.get(ended.action_type, ended.action_type.replace("_", " ")),
            "reason": reason[:LONGEST_REASON].rstrip(". ") or "no reason was given",
        },
    }
