"""The life of an attempt while workers act: claimed under a fence, ended once, told step by step.

The database refuses a second attempt at an action while one may have reached LinkedIn; what is
here only says so in time. docs/decisions/0063-one-live-attempt-per-action.md
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.automation import store
from services.automation.errors import ActionHeld, AutomationOff
from services.automation.model import Attempt, AttemptResult, Step, WantedAttempt
from services.automation.notices import notice_of
from services.kernel.caller import actor_name
from services.kernel.db import Database
from services.kernel.errors import InvalidRequest
from services.kernel.outbox import Outbox
from services.kernel.periodic import Cursor
from services.kernel.permissions import Permissions

LEASE = timedelta(seconds=57)
"""Longer than a worker may take (55 s), shorter than the lease of what is published (60 s): who
takes the publication over finds the attempt free."""
PLANNED_BY_THE_USER = frozenset({"publish_post", "post_first_comment"})
"""Carried out because its user planned this very thing; everything else a rule began."""
BATCH = 500
SWEEPER = "sweeper"


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts of all users."""

    db: Database
    permissions: Permissions
    outbox: Outbox

    async def begin(self, wanted: WantedAttempt, claimed_by: str) -> Attempt:
        """Enter an attempt, or take it over when nobody holds it; one that has ended is returned.

        Raises ActionHeld while somebody holds it, be it the same one, or while another attempt at
        the action may have reached LinkedIn; UserGone; for what a rule began,
        AutomationOff and Unavailable.
        """
        is_permitted = await self._is_permitted(wanted)
        async with self.db.transaction() as tx:
            known = await store.lock_attempt(tx, wanted)
            if known is not None and known.has_ended:
                return known.without_fence()
            if known is not None and known.is_held:
                raise ActionHeld(state=known.state)
            if not is_permitted:
                raise AutomationOff
            if known is None:
                claimed = await store.add_attempt(tx, wanted, claimed_by, LEASE)
            else:
                claimed = await store.claim_attempt(tx, wanted.user_id, known, claimed_by, LEASE)
            step = Step(known.state if known else None, claimed.state, claimed.fence, _actor(), {})
            await store.add_event(tx, claimed.attempt_id, wanted.user_id, step)
        return claimed

    async def _is_permitted(self, wanted: WantedAttempt) -> bool:
        if wanted.action_type in PLANNED_BY_THE_USER:
            return True
        return (await self.permissions.of(wanted.user_id)).may_automate

    async def record(self, attempt_id: UUID, fence: int, result: AttemptResult) -> None:
        """End an attempt; ending it the same way again changes nothing.

        Raises FenceLost, and InvalidRequest for a confirmation that names nothing.
        """
        if result.state == "confirmed" and not result.remote_id:
            raise InvalidRequest({"remote_id": "must be set when confirmed"})
        async with self.db.transaction() as tx:
            ended = await store.record_attempt(tx, attempt_id, fence, result)
            if ended is None:
                return
            step = Step("claimed", result.state, fence, _actor(), result.detail())
            await store.add_event(tx, attempt_id, ended.user_id, step)
            notice = notice_of(attempt_id, ended, result)
            if notice is not None:
                await self.outbox.add(tx, topic="notice", payload=notice, user_id=ended.user_id)

    async def sweep_lapsed(self, _: Cursor) -> Cursor:
        """Return attempts to the queue whose holder has gone silent; a batch at a time."""
        async with self.db.transaction() as tx:
            returned = await store.return_lapsed(tx, BATCH, SWEEPER)
        return {"again": True} if returned == BATCH else None


def _actor() -> str:
    return actor_name().removeprefix("svc:")
