"""Asking for an account to be deleted, and taking it back while there is time."""

from datetime import datetime, timedelta
from uuid import UUID

from services.auth import store as users
from services.auth.account import store
from services.auth.account.mails import mail, on_the_clock
from services.auth.account.model import Holder
from services.auth.audit.events import note
from services.auth.sessions import Sessions
from services.kernel.config import AuthSettings
from services.kernel.db import Database, Transaction
from services.kernel.errors import EtagMismatch
from services.kernel.outbox import Outbox


class Deletion:
    """Enters deletions and takes them back."""

    def __init__(
        self, db: Database, outbox: Outbox, sessions: Sessions, auth: AuthSettings
    ) -> None:
        self._db = db
        self._outbox = outbox
        self._sessions = sessions
        self._grace = timedelta(seconds=auth.erasure_grace_seconds)

    async def ask(self, user_id: UUID, session_id: UUID, etag: str) -> datetime:
        """Enter the deletion; returns when the erasure begins. Asking again changes nothing.

        Every session but `session_id` ends. Raises EtagMismatch and UserNotFound.
        """
        async with self._db.transaction() as tx:
            holder = await store.hold_account(tx, user_id)
            user = await users.get_user(tx, user_id, grace=self._grace)
            if etag and etag != user.etag:
                raise EtagMismatch
            entered_at = await store.ask_for_erasure(tx, user_id, self._grace)
            if entered_at is not None:
                await self._announce(tx, holder, session_id, entered_at)
        erasure_at = entered_at or user.erasure_at
        assert erasure_at is not None, "it was entered now or before"
        return erasure_at

    async def take_back(self, user_id: UUID) -> None:
        """Keep the account. Raises DeletionNotPending and UserNotFound."""
        async with self._db.transaction() as tx:
            holder = await store.hold_account(tx, user_id)
            await store.take_erasure_back(tx, user_id)
            await mail(self._outbox, tx, "account_deletion_cancelled", holder.at(holder.email))
            await note(tx, "deletion_cancelled", user_id)

    async def _announce(
        self, tx: Transaction, holder: Holder, session_id: UUID, erasure_at: datetime
    ) -> None:
        await self._sessions.end_all(tx, holder.user_id, "erasure", keep=session_id)
        await mail(
            self._outbox,
            tx,
            "account_deletion_requested",
            holder.at(holder.email),
            erasure_time=on_the_clock(erasure_at, holder.time_zone),
        )
        await note(tx, "deletion_asked", holder.user_id, {"erasure_time": erasure_at.isoformat()})
