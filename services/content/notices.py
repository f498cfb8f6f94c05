"""What a user is told of a publication that did not simply succeed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.content.model import Outcome, PublicationResult, Recorded

NOTICEABLE = timedelta(minutes=15)
"""A shorter wait is over before its user could do anything."""
LONGEST_REASON = 300
_KINDS = {
    Outcome.FAILED: "publish_failed",
    Outcome.UNKNOWN: "publish_unknown",
    Outcome.DEFERRED: "publish_put_off",
}


def notice_of(
    content_id: UUID, result: PublicationResult, recorded: Recorded
) -> dict[str, Any] | None:
    """The notice as an outbox message, told once an action; None when there is nothing to tell."""
    kind = _KINDS.get(result.outcome)
    is_short = result.retry_at is not None and result.retry_at < recorded.at + NOTICEABLE
    if kind is None or (result.outcome is Outcome.DEFERRED and is_short):
        return None
    return {
        "kind": kind,
        "dedupe_key": f"{kind}:{recorded.action_id}",
        "data": {
            "content_id": str(content_id),
            "title": recorded.name,
            "reason": result.error[:LONGEST_REASON].rstrip(". ") or "no reason was given",
        },
    }
