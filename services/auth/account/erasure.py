"""Erasing accounts for good, once their time has come.

The other services erase first, told by a worker; what is left is ours, and the account's row goes
last, so that everything before it can be repeated: docs/decisions/0103-erasure.md
"""

from datetime import timedelta
from uuid import UUID

import redis.asyncio as redis
import structlog

from services.auth.account import store
from services.auth.account.errors import DeletionNotPending
from services.auth.account.files import Files
from services.auth.audit.listing import masked_row
from services.auth.cache import keys_of_user
from services.auth.sessions import Sessions
from services.kernel.config import AuthSettings
from services.kernel.db import Database, Transaction
from services.kernel.outbox import Outbox
from services.kernel.periodic import Cursor, PeriodicJob
from services.kernel.user_data import UserData, UserDataExtras

log = structlog.get_logger()

TOPIC = "erase_account"
KEPT = frozenset({"users", "audit_log", "audit_subjects"})
"""What goes in the last transaction of all."""
BATCH = 50
BEGIN_AGAIN_AFTER = timedelta(hours=6)
"""An erasure that was given up is begun again; nothing is erased twice."""
SECOND_LOOK_AFTER = timedelta(minutes=15)
"""Whatever was under way when the account ended has ended by then, and left what it left."""


class Erasure:
    """Begins erasures that are due, and ends them."""

    def __init__(
        self,
        db: Database,
        outbox: Outbox,
        *,
        sessions: Sessions,
        client: redis.Redis,
        files: Files,
        auth: AuthSettings,
    ) -> None:
        self._db = db
        self._outbox = outbox
        self._sessions = sessions
        self._client = client
        self._files = files
        self._grace = timedelta(seconds=auth.erasure_grace_seconds)
        self.extras = UserDataExtras(
            erase_first=(self._erase_copies, files.delete_all),
            kept=KEPT,
            told={"audit_log": masked_row},
        )
        self._user_data = UserData(db, self.extras)

    async def begin_due(self, _: Cursor = None) -> Cursor:
        """Switch off the accounts whose time has come, and have workers erase them."""
        async with self._db.transaction() as tx:
            due = await store.begin_due_erasures(
                tx, grace=self._grace, begin_again_after=BEGIN_AGAIN_AFTER, limit=BATCH
            )
            for user_id in due:
                await self._sessions.end_all(tx, user_id, "erasure")
                await self._announce(tx, user_id)
        return {"again": True} if len(due) == BATCH else None

    async def finish(self, user_id: UUID) -> None:
        """Erase what Auth holds, the account itself last. Finishing again changes nothing.

        Raises DeletionNotPending for an account whose time has not come.
        """
        if not await store.has_begun_erasure(self._db, user_id):
            raise DeletionNotPending
        while not await self._user_data.erase(user_id):
            pass
        async with self._db.transaction() as tx:
            was_there = await store.delete_user(tx, user_id)
            pseudonym = await store.forget_in_audit(tx, user_id)
            if was_there:
                await self._announce(tx, user_id, after=SECOND_LOOK_AFTER)
        if was_there:
            # Kept outside of the database, it says after a restore whom to erase again.
            log.info("account_erased", subject=str(pseudonym))

    def job(self) -> PeriodicJob:
        """Beginning what is due, every minute."""
        return PeriodicJob("begin_erasures", every=timedelta(minutes=1), run=self.begin_due)

    async def _announce(
        self, tx: Transaction, user_id: UUID, after: timedelta = timedelta(0)
    ) -> None:
        """Tell a worker whom to erase. The id travels sealed: no row may name the user later."""
        now = await store.get_now(tx)
        await self._outbox.add(
            tx, topic=TOPIC, queue="low", payload={}, secret=str(user_id), available_at=now + after
        )

    async def _erase_copies(self, user_id: UUID) -> None:
        session_ids, token_hashes = await store.copied_ids(self._db, user_id)
        for key in await keys_of_user(self._client, user_id, session_ids, token_hashes):
            await self._client.delete(key)
