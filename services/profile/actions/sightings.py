"""What LinkedIn's change log has told that fits an attempt. Reads only what we keep of the log.

Source: docs/decisions/0148-the-change-log-settles-attempts.md
"""

from dataclasses import dataclass
from datetime import timedelta

from services.kernel.db import Database
from services.profile.actions import store
from services.profile.actions.model import OpenAttempt
from services.profile.actions.traces import Kind
from services.profile.imports.model import Kind as Observed
from services.profile.linkedin.changelog import SCOPES

EARLIER = timedelta(seconds=10)
"""So much LinkedIn's clock may be behind ours. What happened before that was somebody else."""
LATER = timedelta(minutes=5)
"""Whoever was sending has given up long before; later, the member may have done it by hand."""
PATIENCE = timedelta(hours=1)
"""So long after an attempt its log is waited for: LinkedIn promises no time, minutes are usual."""
_TOLD = {
    Kind.PUBLISH_POST: Observed.POST,
    Kind.CREATE_COMMENT: Observed.COMMENT,
    Kind.ADD_REACTION: Observed.REACTION,
    Kind.SEND_INVITATION: Observed.INVITATION_SENT,
}
"""What the log names so that it can be recognised. Of a message, LinkedIn tells no recipients."""
_MEMBER = "urn:li:person:"


@dataclass(frozen=True, slots=True)
class Sighting:
    """The one thing that an attempt must have made; or none, or one that may be another's."""

    remote_id: str = ""
    is_ambiguous: bool = False


async def sighting_of(db: Database, attempt: OpenAttempt) -> Sighting:
    """What the log tells of an attempt by now. Never a guess between two."""
    trace, kind = attempt.trace, _kind(attempt)
    if trace is None or kind is None:
        return Sighting()
    seen = set(
        await store.list_sightings(
            db,
            attempt.user_id,
            kind.value,
            subject=trace.target_urn or None,
            text_hash=trace.words_hash,
            since=attempt.sent_at - EARLIER,
            until=attempt.sent_at + LATER,
        )
    )
    if not seen:
        return Sighting()
    rivals = await store.list_rivals(db, attempt, trace, EARLIER + LATER)
    has_open_rival = any(remote_id not in seen for remote_id in rivals)
    seen.difference_update(rivals)
    if has_open_rival or len(seen) > 1:
        return Sighting(is_ambiguous=True)
    return Sighting(next(iter(seen), ""))


async def may_still_tell(db: Database, attempt: OpenAttempt) -> bool:
    """Whether the log has not told of an attempt and still may."""
    if _kind(attempt) is None:
        return False
    until = attempt.sent_at + PATIENCE
    return await store.is_log_awaited(db, attempt.user_id, SCOPES, until)


def _kind(attempt: OpenAttempt) -> Observed | None:
    """As what the log tells of such an attempt; None when it does not. It is a member's own."""
    trace = attempt.trace
    if trace is None or not trace.actor_urn.startswith(_MEMBER):
        return None
    return _TOLD.get(trace.kind)
