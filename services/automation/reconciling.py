"""Attempts whose answer was lost: handed out to be read back, and settled by what that shows.

Handing out and the message to the workers are one transaction, so none is forgotten; a reading of
which nothing comes back is handed out again, under a new fence.
Source: docs/decisions/0142-who-reads-back.md
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.automation import store
from services.automation.model import Reading, ReadingResult, Step
from services.kernel.caller import actor_name
from services.kernel.db import Database, Transaction
from services.kernel.errors import InvalidRequest
from services.kernel.outbox import Outbox
from services.kernel.periodic import Cursor, PeriodicJob

TOPIC = "reconcile_unknown"
LEASE = timedelta(minutes=10)
"""Longer than the first tries of a message that is not delivered at once."""
BATCH = 200
HANDING_OUT = "reconciler"


@dataclass(frozen=True, slots=True)
class Reconciling:
    """The lost answers of all users."""

    db: Database
    outbox: Outbox

    def job(self) -> PeriodicJob:
        """Looks every minute for what is to be read back."""
        return PeriodicJob("reconcile_unknown", every=timedelta(minutes=1), run=self.hand_out)

    async def hand_out(self, _: Cursor) -> Cursor:
        """Have what is due read back, a batch at a time."""
        async with self.db.transaction() as tx:
            readings = await store.claim_unknown(tx, BATCH, LEASE)
            for reading in readings:
                step = Step(reading.from_state, "reconciling", reading.fence, HANDING_OUT, {})
                await store.add_event(tx, reading.attempt_id, reading.user_id, step)
                await self._ask(tx, reading)
        return {"again": True} if len(readings) == BATCH else None

    async def record(self, attempt_id: UUID, fence: int, result: ReadingResult) -> None:
        """Store what a reading has shown; the same again changes nothing.

        Raises FenceLost, and InvalidRequest for a result without what its state needs.
        """
        if result.state == "confirmed" and not result.remote_id:
            raise InvalidRequest({"remote_id": "must be set when confirmed"})
        if result.state == "unknown" and result.retry_at is None:
            raise InvalidRequest({"retry_time": "must be set when not decided"})
        async with self.db.transaction() as tx:
            user_id = await store.record_reading(tx, attempt_id, fence, result)
            if user_id is not None:
                actor = actor_name().removeprefix("svc:")
                step = Step("reconciling", result.state, fence, actor, result.detail())
                await store.add_event(tx, attempt_id, user_id, step)

    async def _ask(self, tx: Transaction, reading: Reading) -> None:
        await self.outbox.add(tx, topic=TOPIC, payload=reading.payload(), user_id=reading.user_id)
