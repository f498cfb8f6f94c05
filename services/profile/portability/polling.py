"""Reads members' logs every quarter of an hour, each thing once.

Source: docs/decisions/0147-linkedins-change-log.md
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.kernel.db import Database
from services.kernel.outbox import Outbox
from services.kernel.periodic import Cursor, PeriodicJob
from services.profile.connection.access import Access
from services.profile.connection.vault import Vault
from services.profile.errors import ConnectionResting, NotConnected
from services.profile.imports import store as observations
from services.profile.imports.model import Observation
from services.profile.linkedin.changelog import PAGE_SIZE, SCOPES, Change, ChangeLog
from services.profile.linkedin.errors import AccessDenied, LinkedInError, LinkedInThrottled
from services.profile.model import member_urn
from services.profile.portability import answering, counting, store, telling
from services.profile.portability.changes import observed
from services.profile.portability.store import Due
from services.profile.usage.recording import ApiUsage

log = structlog.get_logger()

EVERY = timedelta(minutes=15)
LEASE = timedelta(minutes=5)
WITHOUT_ANSWER = timedelta(hours=1)
REFUSED = timedelta(days=7)
"""A member outside of Europe, or an application without the product, is not asked daily."""
MEMBERS_AT_ONCE = 20
PAGES_AT_ONCE = 10


class Polling:
    """Reads the logs of all members who have consented to it."""

    def __init__(
        self,
        db: Database,
        access: Access,
        vault: Vault,
        changelog: ChangeLog,
        usage: ApiUsage,
        *,
        outbox: Outbox,
    ) -> None:
        self._db = db
        self._outbox = outbox
        self._access = access
        self._vault = vault
        self._changelog = changelog
        self._usage = usage

    def job(self) -> PeriodicJob:
        """Reading what is due."""
        return PeriodicJob("read_change_logs", every=EVERY, run=self._run)

    async def read(self, due: Due) -> None:
        """Read one member's log from where it was left."""
        try:
            credentials = await self._access.credentials(due.user_id)
            token = self._vault.access_token(due.user_id, credentials.tokens)
            with self._usage.of(due.user_id):
                await self._read(due, token, member_urn(credentials.linkedin_id))
        except AccessDenied as refused:
            await self._put_off(due.user_id, refused.message, REFUSED)
        except LinkedInThrottled as throttled:
            await self._put_off(due.user_id, str(throttled), WITHOUT_ANSWER)
        except (LinkedInError, NotConnected, ConnectionResting) as failed:
            await self._put_off(due.user_id, type(failed).__name__, WITHOUT_ANSWER)

    async def _read(self, due: Due, token: str, urn: str) -> None:
        since, start = due.read_until, 0
        for _ in range(PAGES_AT_ONCE):
            page = await self._changelog.page(token, since, start)
            changes = [one for one in page.elements if one is not None]
            is_last = len(page.elements) < PAGE_SIZE
            until = await self._keep(due, changes, urn, is_last=is_last)
            if is_last:
                return
            # LinkedIn counts `startTime` in: what shares its last millisecond comes again, and a
            # page that is of one millisecond as a whole has to be turned.
            since, start = (since, start + PAGE_SIZE) if until == since else (until, 0)

    async def _keep(
        self, due: Due, changes: list[Change], urn: str, *, is_last: bool
    ) -> datetime | None:
        """Keep, tell and count what a page tells for the first time; returns how far it reaches.

        Raises NotConnected for a user who was erased meanwhile.
        """
        async with self._db.transaction() as tx:
            place = await store.hold_place(tx, due.user_id)
            if place is None:
                raise NotConnected
            told = _told([one for one in changes if not place.has_read(one)], urn)
            added = await observations.add_observations(tx, due.user_id, None, told)
            new = [one for one in told if one.fact_hash in added]
            await telling.tell(tx, due.user_id, new)
            await answering.tell_the_ledger(tx, self._outbox, due.user_id, new)
            await counting.count(tx, due.user_id, urn, new)
            after = place.after(changes)
            await store.note_read(tx, due.user_id, after, EVERY, is_last=is_last)
        return after.read_until

    async def _put_off(self, user_id: UUID, reason: str, pause: timedelta) -> None:
        async with self._db.transaction() as tx:
            await store.note_refused(tx, user_id, reason[:200], pause)

    async def _run(self, _: Cursor) -> Cursor:
        due = await store.claim_due(self._db, SCOPES, lease=LEASE, limit=MEMBERS_AT_ONCE)
        for one in due:
            await self.read(one)
        return {"again": True} if len(due) == MEMBERS_AT_ONCE else None


def _told(changes: Sequence[Change], urn: str) -> list[Observation]:
    """What the changes tell, each thing once."""
    told = (observed(change, urn) for change in changes)
    return list({one.fact_hash: one for one in told if one is not None}.values())
