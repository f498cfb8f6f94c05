"""Hands content that is due to the workers, and takes back what became of it.

A publication is one action, tried again until it ends. Whoever holds it proves it by its fence;
docs/decisions/0060-publication-lives-in-the-content-row.md says what the columns mean.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from services.content import store
from services.content.changes import Changes
from services.content.model import DueContent, Outcome, Publication, PublicationResult, Recorded
from services.content.notices import notice_of, unsure_notice
from services.kernel.db import Database, Transaction
from services.kernel.doorbell import Doorbell
from services.kernel.errors import InvalidRequest
from services.kernel.outbox import Outbox

LEASE = timedelta(seconds=60)
"""Longer than a publication may take: a second holder must not start while the first one sends."""
LONGEST_POST_URN = 100
_CALENDAR = {Outcome.PUBLISHED: "done", Outcome.FAILED: "missed"}


@dataclass(frozen=True, slots=True)
class Publishing:
    """The publications of all users."""

    db: Database
    changes: Changes
    doorbell: Doorbell
    outbox: Outbox

    async def claim_due(self, limit: int, claimed_by: str) -> DueContent:
        """Claim what is due, the earliest first, each for a lease from now."""
        async with self.db.transaction() as tx:
            claims = await store.claim_due(tx, limit, claimed_by, LEASE)
            next_due_at = await store.next_due_at(tx)
            claimed = [(claim.user_id, claim.content_id) for claim in claims]
            if claimed:
                tx.after_commit(partial(self.changes.announce, claimed))
        return DueContent(tuple(claims), next_due_at)

    async def begin(self, content_id: UUID, fence: int) -> Publication:
        """Begin what is claimed; repeating it answers the same. Raises FenceLost."""
        async with self.db.transaction() as tx:
            publication = await store.begin_publication(tx, content_id, fence, LEASE)
            self._announce(tx, publication.user_id, content_id)
        return publication

    async def record(self, content_id: UUID, fence: int, result: PublicationResult) -> None:
        """Store how it went; the same result again changes nothing.

        Raises FenceLost, and InvalidRequest for a result without what its outcome needs.
        """
        check_result(result)
        async with self.db.transaction() as tx:
            recorded = await store.record_publication(tx, content_id, fence, result)
            if recorded is not None:
                await self._follow_up(tx, content_id, result, recorded)

    async def settle(self, content_id: UUID, action_id: UUID, result: PublicationResult) -> None:
        """Store what became of an action whose answer was lost, unless that is known.

        One that nobody can find out stays unknown, and its user is asked to look.
        Raises InvalidRequest for a result without what its outcome needs.
        """
        check_result(result)
        async with self.db.transaction() as tx:
            unknown = await store.lock_unknown(tx, content_id, action_id)
            if unknown is None:
                return
            if result.outcome is Outcome.UNKNOWN:
                notice = unsure_notice(content_id, action_id, unknown.name, result.error)
                await self.outbox.add(tx, topic="notice", payload=notice, user_id=unknown.user_id)
                return
            recorded = await store.record_publication(tx, content_id, unknown.fence, result)
            if recorded is not None:
                await self._follow_up(tx, content_id, result, recorded)

    async def _follow_up(
        self, tx: Transaction, content_id: UUID, result: PublicationResult, recorded: Recorded
    ) -> None:
        self._announce(tx, recorded.user_id, content_id)
        ended = _CALENDAR.get(result.outcome)
        if ended is not None:
            await store.end_calendar_entry(tx, recorded.user_id, content_id, ended)
        if result.outcome is Outcome.DEFERRED:
            tx.after_commit(self.doorbell.ring)  # it may be due sooner than anything else
        notice = notice_of(content_id, result, recorded)
        if notice is not None:
            await self.outbox.add(tx, topic="notice", payload=notice, user_id=recorded.user_id)
        if recorded.published_at is not None:
            event = published_event(content_id, result.remote_id, recorded, recorded.published_at)
            await self.outbox.add(
                tx, topic="events", payload={"events": [event]}, user_id=recorded.user_id
            )
            told = told_of(content_id, result.remote_id, recorded)
            await self.outbox.add(tx, topic="webhook_event", payload=told, user_id=recorded.user_id)

    def _announce(self, tx: Transaction, user_id: UUID, content_id: UUID) -> None:
        tx.after_commit(partial(self.changes.announce, [(user_id, content_id)]))


def check_result(result: PublicationResult) -> None:
    """Raises InvalidRequest for a result without what its outcome needs."""
    is_published = result.outcome is Outcome.PUBLISHED
    if is_published and not 0 < len(result.remote_id) <= LONGEST_POST_URN:
        rule = f"must have 1 to {LONGEST_POST_URN} characters when published"
        raise InvalidRequest({"remote_id": rule})
    if result.outcome is Outcome.DEFERRED and result.retry_at is None:
        raise InvalidRequest({"retry_time": "must be set when deferred"})


def told_of(content_id: UUID, post_urn: str, recorded: Recorded) -> dict[str, Any]:
    """What the user's programs are told of a publication; once an action."""
    return {
        "event_type": "content.published",
        "dedupe_key": f"content_published:{recorded.action_id}",
        "data": {
            "content_id": str(content_id),
            "action_id": str(recorded.action_id),
            "linkedin_post_urn": post_urn,
        },
    }


def published_event(
    content_id: UUID, post_urn: str, recorded: Recorded, at: datetime
) -> dict[str, Any]:
    """The event of a publication; its id follows from the action, so a repeat counts once."""
    return {
        "event_id": str(uuid5(recorded.action_id, "content_published")),
        "user_id": str(recorded.user_id),
        "time": at.isoformat(),
        "event_type": "content_published",
        "event_category": "content",
        "properties": {
            "content_id": str(content_id),
            "action_id": str(recorded.action_id),
            "linkedin_post_urn": post_urn,
            "scheduled_time": recorded.scheduled_at.isoformat(),
        },
    }
