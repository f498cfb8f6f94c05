"""What owners and administrators see of failed sign-ins."""

from datetime import timedelta

from services.auth import store as accounts
from services.auth.audit.events import note
from services.auth.model import Credentials
from services.auth.throttling import store
from services.auth.throttling.model import Count
from services.auth.throttling.throttle import Attempt, Throttle
from services.auth.verification import mail_payload
from services.kernel.db import Database, Transaction
from services.kernel.outbox import Outbox

NOTICE_GAP = timedelta(hours=1)
"""An owner is told of locks at most this often."""


class Locks:
    """Shows strangers' failures in the account's row, and tells its owner of a lock."""

    def __init__(self, db: Database, outbox: Outbox, throttle: Throttle) -> None:
        self._db = db
        self._outbox = outbox
        self._throttle = throttle

    async def record(self, known: Credentials, email: str, attempt: Attempt) -> None:
        """Record a wrong password; the one that locks is a security event, and mailed."""
        count = attempt.count_of("account")
        if count is None:
            return
        locked_until = self._throttle.locked_until(count)
        async with self._db.transaction() as tx:
            await store.mirror(tx, known.user_id, int(count.failures), locked_until)
            await note(tx, "sign_in_refused", known.user_id, {"failures": int(count.failures)})
            if locked_until is not None:
                await note(tx, "account_locked", known.user_id, {"failures": int(count.failures)})
                await self._tell(tx, known, email, count)

    async def _tell(self, tx: Transaction, known: Credentials, email: str, count: Count) -> None:
        owner = await accounts.find_owner(tx, email)
        if owner is None or not known.may_sign_in:
            return
        if not await store.note_told(tx, count, gap=NOTICE_GAP):
            return
        await self._outbox.add(
            tx,
            topic="mail",
            queue="mail",
            user_id=owner.user_id,
            payload=mail_payload("account_locked", owner),
        )
