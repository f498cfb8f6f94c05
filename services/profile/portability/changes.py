"""What a change in LinkedIn's log tells us: an observation, or nothing that we keep."""

from collections.abc import Callable, Mapping
from typing import Any

from services.profile.imports.model import Kind, Observation
from services.profile.linkedin.changelog import Change

_LONGEST_SUBJECT = 500


def observed(change: Change, member_urn: str) -> Observation | None:
    """What `member_urn`'s log tells by this change; None for kinds that we take nothing of.

    Whatever was written to or by others stays with LinkedIn: of it only who and when.
    """
    read = _READERS.get(change.resource)
    if read is None or change.method not in ("CREATE", "ACTION"):
        return None
    return read(change, change.actor == member_urn)


def _post(change: Change, is_own: bool) -> Observation | None:  # noqa: FBT001 - of the table below
    if not is_own:
        return None
    content = _part(change.activity, "specificContent", "com.linkedin.ugc.ShareContent")
    text = _part(content, "shareCommentary").get("text", "")
    return _told(Kind.POST, change, change.activity.get("id"), text=str(text))


def _comment(change: Change, is_own: bool) -> Observation | None:  # noqa: FBT001
    text = _part(change.activity, "message").get("text", "") if is_own else ""
    return _told(Kind.COMMENT, change, change.activity.get("object"), text=str(text))


def _reaction(change: Change, is_own: bool) -> Observation | None:  # noqa: FBT001
    del is_own
    return _told(Kind.REACTION, change, change.activity.get("object"))


def _message(change: Change, is_own: bool) -> Observation | None:  # noqa: FBT001
    thread = str(change.activity.get("thread", ""))
    if is_own:
        recipients = change.activity.get("recipients")
        first = recipients[0] if isinstance(recipients, list) and recipients else None
        return _told(Kind.MESSAGE_SENT, change, first, thread=thread)
    return _told(Kind.MESSAGE_RECEIVED, change, change.actor, thread=thread)


def _invitation(change: Change, is_own: bool) -> Observation | None:  # noqa: FBT001
    if is_own:
        return _told(Kind.INVITATION_SENT, change, change.activity.get("invitee"))
    return _told(Kind.INVITATION_RECEIVED, change, change.actor)


def _connection(change: Change, is_own: bool) -> Observation | None:  # noqa: FBT001
    del is_own
    other = change.activity.get("connectedMember") or change.activity.get("to")
    return _told(Kind.CONNECTION, change, other)


def _told(
    kind: Kind, change: Change, subject: object, *, text: str = "", thread: str = ""
) -> Observation | None:
    """An observation about `subject`; None when LinkedIn does not name it."""
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        return None
    return Observation(kind, change.captured_at, subject, text, thread)


def _part(of: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        inner = of.get(name)
        of = inner if isinstance(inner, Mapping) else {}
    return of


_READERS: Mapping[str, Callable[[Change, bool], Observation | None]] = {
    "ugcPosts": _post,
    "socialActions/comments": _comment,
    "socialActions/likes": _reaction,
    "reactions": _reaction,
    "messages": _message,
    "invitations": _invitation,
    "connections": _connection,
}
"""By the log's `resourceName`."""
