"""What a user is told of a publication."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.content.model import Outcome, PublicationResult, Recorded

NOTICEABLE = timedelta(minutes=15)
"""A shorter wait is over before its user could do anything."""
LONGEST_REASON = 300
_KINDS = {
    Outcome.PUBLISHED: "published",
    Outcome.FAILED: "publish_failed",
    Outcome.UNKNOWN: "publish_unknown",
    Outcome.DEFERRED: "publish_put_off",
}


def notice_of(
    content_id: UUID, result: PublicationResult, recorded: Recorded
) -> dict[str, Any] | None:
    """The notice as an outbox message, told once an action; None when there is nothing to tell."""
    is_short = result.retry_at is not None and result.retry_at < recorded.at + NOTICEABLE
    if result.outcome is Outcome.DEFERRED and is_short:
        return None
    data = {"content_id": str(content_id), "title": recorded.name}
    if result.outcome is Outcome.PUBLISHED:
        data["post_urn"] = result.remote_id
    else:
        data["reason"] = _reason(result.error)
    return _notice(_KINDS[result.outcome], recorded.action_id, data)


def unsure_notice(content_id: UUID, action_id: UUID, name: str, reason: str) -> dict[str, Any]:
    """Nobody but the user can tell whether it is online."""
    data = {"content_id": str(content_id), "title": name, "reason": _reason(reason)}
    return _notice("publish_unsure", action_id, data)


def _notice(kind: str, action_id: UUID, data: dict[str, str]) -> dict[str, Any]:
    return {"kind": kind, "dedupe_key": f"{kind}:{action_id}", "data": data}


def _reason(error: str) -> str:
    return error[:LONGEST_REASON].rstrip(". ") or "no reason was given"
