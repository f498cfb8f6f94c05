"""Looks at LinkedIn for what an attempt has left there. Only reads; sends nothing.

What may be read depends on scopes that LinkedIn gives to few (`r_member_social`,
`r_organization_social`); without them every look answers AccessDenied.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.profile.actions.model import OpenAttempt
from services.profile.actions.traces import Kind, Trace
from services.profile.linkedin.comments import LONGEST_PAGE
from services.profile.linkedin.errors import NotFound
from services.profile.linkedin.shown import words_of
from services.profile.linkedin.writes import Writes
from services.profile.words import hash_of_words

EARLIER = timedelta(minutes=5)
"""Two clocks may differ by so much."""


@dataclass(frozen=True, slots=True)
class Found:
    """Things that may be the attempt's result, the likeliest first; none: it is not there."""

    remote_ids: tuple[str, ...] = ()


class CannotTell(Exception):
    """LinkedIn offers no way to read such an action back; the text says why, for the member."""


async def look(writes: Writes, token: str, attempt: OpenAttempt) -> Found:
    """Look for an attempt's result. Raises CannotTell and LinkedInErrors."""
    trace = attempt.trace
    if trace is None:
        raise CannotTell("it was made before traces were kept")
    return await _LOOKS[trace.kind](writes, token, trace, attempt.sent_at - EARLIER)


async def _post(writes: Writes, token: str, trace: Trace, since: datetime) -> Found:
    if trace.words_hash == hash_of_words("") and not trace.target_urn:
        raise CannotTell("a post without words cannot be told from others")
    posts = await writes.posts.latest(token, trace.actor_urn)
    return _nearest(
        (post.created_at, post.urn)
        for post in posts
        if post.created_at >= since
        and post.reshared_urn == trace.target_urn
        and hash_of_words(words_of(post.commentary)) == trace.words_hash
    )


async def _edited_post(writes: Writes, token: str, trace: Trace, _: datetime) -> Found:
    post = await writes.posts.get(token, trace.target_urn)
    is_so = hash_of_words(words_of(post.commentary)) == trace.words_hash
    return Found((trace.target_urn,)) if is_so else Found()


async def _deleted_post(writes: Writes, token: str, trace: Trace, _: datetime) -> Found:
    try:
        await writes.posts.get(token, trace.target_urn)
    except NotFound:
        return Found((trace.target_urn,))
    return Found()


async def _comment(writes: Writes, token: str, trace: Trace, since: datetime) -> Found:
    comments = await writes.comments.list(token, trace.target_urn)
    found = _nearest(
        (comment.created_at, comment.urn)
        for comment in comments
        if comment.created_at >= since
        and comment.actor_urn == trace.actor_urn
        and hash_of_words(comment.text) == trace.words_hash
    )
    if not found.remote_ids and len(comments) >= LONGEST_PAGE:
        raise CannotTell("there are more comments than can be looked through")
    return found


async def _edited_comment(writes: Writes, token: str, trace: Trace, _: datetime) -> Found:
    comment = await writes.comments.get(token, trace.target_urn)
    is_so = hash_of_words(comment.text) == trace.words_hash
    return Found((trace.target_urn,)) if is_so else Found()


async def _reaction(writes: Writes, token: str, trace: Trace, _: datetime) -> Found:
    try:
        reaction = await writes.reactions.get(token, trace.actor_urn, trace.target_urn)
    except NotFound:
        return Found()
    is_so = hash_of_words(reaction) == trace.words_hash
    return Found((f"urn:li:reaction:({trace.actor_urn},{trace.target_urn})",)) if is_so else Found()


async def _invitation(writes: Writes, token: str, trace: Trace, _: datetime) -> Found:
    del writes, token, trace
    raise CannotTell("LinkedIn shows an invitation only to those who know its number")


async def _message(writes: Writes, token: str, trace: Trace, _: datetime) -> Found:
    del writes, token, trace
    raise CannotTell("LinkedIn shows no messages")


_Look = Callable[[Writes, str, Trace, datetime], Awaitable[Found]]
_LOOKS: dict[Kind, _Look] = {
    Kind.PUBLISH_POST: _post,
    Kind.REPOST: _post,
    Kind.EDIT_POST: _edited_post,
    Kind.DELETE_POST: _deleted_post,
    Kind.CREATE_COMMENT: _comment,
    Kind.EDIT_COMMENT: _edited_comment,
    Kind.ADD_REACTION: _reaction,
    Kind.SEND_INVITATION: _invitation,
    Kind.SEND_MESSAGE: _message,
}


def _nearest(matches: Iterable[tuple[datetime, str]]) -> Found:
    """The earliest first: a later one with the same words is more likely another attempt's."""
    return Found(tuple(urn for _, urn in sorted(matches)))
