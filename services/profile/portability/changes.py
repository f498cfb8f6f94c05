"""What a change in LinkedIn's log tells us: an observation, or nothing that we keep."""

from collections.abc import Callable, Mapping
from typing import Any

from services.profile.imports.model import Kind, Observation
from services.profile.linkedin.changelog import Change
from services.profile.linkedin.comments import comment_urn_of

_LONGEST_SUBJECT = 500
_LONGEST_REMOTE_ID = 200


def observed(change: Change, member_urn: str) -> Observation | None:
    """What `member_urn`'s log tells by this change; None for kinds that we take nothing of.

    Whatever was written to or by others stays with LinkedIn: of it only who and when. What the
    member made bears its name, by which an attempt whose answer was lost is confirmed.
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
    urn = change.activity.get("id")
    # A repost has the words of a post and is none.
    is_repost = bool(_part(change.activity, "responseContext").get("parent"))
    return _told(Kind.POST, change, urn, text=str(text), remote_id="" if is_repost else urn)


def _comment(change: Change, is_own: bool) -> Observation | None:  # noqa: FBT001
    post = change.activity.get("object")
    if not is_own:
        return _told(Kind.COMMENT_RECEIVED, change, post, actor=change.actor)
    text = _part(change.activity, "message").get("text", "")
    answered = change.activity.get("parentComment") or post
    return _told(Kind.COMMENT, change, answered, text=str(text), remote_id=_name(change, post))


def _name(change: Change, post: object) -> str:
    """A comment's URN; "" when LinkedIn names it in no way that we know."""
    number = str(change.activity.get("id") or change.resource_id)
    is_named = isinstance(post, str) and number.isdecimal()
    return comment_urn_of(change.activity) or (
        f"urn:li:comment:({post},{number})" if is_named else ""
    )


def _reaction(change: Change, is_own: bool) -> Observation | None:  # noqa: FBT001
    target = change.activity.get("object")
    if not is_own:
        return _told(Kind.REACTION_RECEIVED, change, target, actor=change.actor)
    text = str(change.activity.get("reactionType") or "")
    urn = f"urn:li:reaction:({change.actor},{target})"
    return _told(Kind.REACTION, change, target, text=text, remote_id=urn)


def _message(change: Change, is_own: bool) -> Observation | None:  # noqa: FBT001
    thread = str(change.activity.get("thread", ""))
    if is_own:
        recipients = change.activity.get("recipients")
        first = recipients[0] if isinstance(recipients, list) and recipients else None
        return _told(Kind.MESSAGE_SENT, change, first, thread=thread)
    return _told(Kind.MESSAGE_RECEIVED, change, change.actor, thread=thread)


def _invitation(change: Change, is_own: bool) -> Observation | None:  # noqa: FBT001
    if change.method != "CREATE":  # it was answered, or taken back
        return None
    if is_own:
        urn = change.activity.get("id") or change.resource_id
        return _told(
            Kind.INVITATION_SENT, change, change.activity.get("invitee"), remote_id=str(urn)
        )
    return _told(Kind.INVITATION_RECEIVED, change, change.actor)


def _connection(change: Change, is_own: bool) -> Observation | None:  # noqa: FBT001
    del is_own
    other = change.activity.get("connectedMember") or change.activity.get("to")
    return _told(Kind.CONNECTION, change, other)


def _told(
    kind: Kind,
    change: Change,
    subject: object,
    *,
    text: str = "",
    thread: str = "",
    actor: str = "",
    remote_id: object = "",
) -> Observation | None:
    """An observation about `subject`; None when LinkedIn does not name it."""
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        return None
    name = remote_id if isinstance(remote_id, str) and len(remote_id) <= _LONGEST_REMOTE_ID else ""
    return Observation(kind, change.captured_at, subject, text, thread, actor, name)


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
