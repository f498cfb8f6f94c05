"""Moving an account to another address: both the present and the new one must agree.

Source: OWASP ASVS 5.0, 6.4 and 7.4; docs/decisions/0102-both-addresses-agree.md
"""

from datetime import timedelta
from uuid import UUID

from services.auth import store as users
from services.auth.account import store
from services.auth.account.errors import EmailChangeTooSoon
from services.auth.account.mails import mail
from services.auth.account.model import Holder
from services.auth.audit.events import note
from services.auth.cache import Cache
from services.auth.mfa.masks import masked_email
from services.auth.model import Addressee
from services.auth.pace import Pace
from services.auth.sessions import Sessions
from services.kernel.config import AuthSettings
from services.kernel.crypto import Keys, new_token
from services.kernel.db import Database, Transaction
from services.kernel.outbox import Outbox

CHANGE = "change_email"
SHORTEST_GAP = timedelta(seconds=60)
LONGEST_GAP = timedelta(hours=1)
NOTICE_GAP = timedelta(hours=1)
"""The owner of a taken address is told of tries at most this often."""
ANSWER_SECONDS = 0.1
"""Beginning a change answers no sooner, whether or not the address is taken."""
VOIDED = ("reset_password", "verify_email")
"""Tokens that were mailed to the former address."""


class EmailChange:
    """Begins, calls off and completes changes of address."""

    def __init__(
        self,
        db: Database,
        keys: Keys,
        outbox: Outbox,
        *,
        cache: Cache,
        sessions: Sessions,
        auth: AuthSettings,
    ) -> None:
        self._db = db
        self._keys = keys
        self._outbox = outbox
        self._cache = cache
        self._sessions = sessions
        self._life = timedelta(seconds=auth.verification_seconds)

    async def begin(self, user_id: UUID, new_email: str) -> None:
        """Mail a token to either address; with the present address, call a pending change off.

        A taken address looks the same, to everybody but its owner. Raises EmailChangeTooSoon.
        """
        pace = Pace(ANSWER_SECONDS)
        async with self._db.transaction() as tx:
            holder = await store.hold_account(tx, user_id)
            if new_email.lower() == holder.email.lower():
                await self._call_off(tx, holder)
            else:
                await self._begin(tx, holder, new_email)
        await pace.wait()

    async def confirm(self, user_id: UUID, session_id: UUID, token: str) -> bool:
        """Confirm one side; True when it was the second, and the address is changed.

        Every session but `session_id` ends then. Raises TokenInvalid, also for another user's
        token, and when somebody else has the new address by now.
        """
        hashes = self._keys.token_hashes(token)
        async with self._db.transaction() as tx:
            holder = await store.hold_account(tx, user_id)
            addresses = [holder.email, holder.pending_email or ""]
            await store.confirm_side(tx, user_id, hashes, addresses)
            if holder.pending_email is None or await store.count_open_sides(tx, user_id):
                return False
            await self._complete(tx, holder, holder.pending_email, session_id)
        return True

    async def _call_off(self, tx: Transaction, holder: Holder) -> None:
        if holder.pending_email is None:
            return
        await store.call_change_off(tx, holder.user_id)
        await note(tx, "email_change_called_off", holder.user_id)

    async def _begin(self, tx: Transaction, holder: Holder, new_email: str) -> None:
        wait = await store.time_to_next_change(
            tx, holder.user_id, shortest=SHORTEST_GAP, longest=LONGEST_GAP
        )
        if wait > timedelta(0):
            raise EmailChangeTooSoon(retry_after=wait)
        await store.end_change_tokens(tx, holder.user_id)
        await store.put_pending_email(tx, holder.user_id, new_email)
        await users.drop_abandoned(tx, new_email, age=self._life)
        await self._ask_present(tx, holder, new_email)
        await self._ask_new(tx, holder, new_email)
        await note(tx, "email_change_asked", holder.user_id, {"new_email": masked_email(new_email)})

    async def _ask_present(self, tx: Transaction, holder: Holder, new_email: str) -> None:
        token = await self._new_token(tx, holder, holder.email)
        await mail(
            self._outbox,
            tx,
            "change_email_present",
            holder.at(holder.email),
            secret=token,
            new_email=masked_email(new_email),
        )

    async def _ask_new(self, tx: Transaction, holder: Holder, new_email: str) -> None:
        # Made for a taken address too: without its confirmation the change must not come about.
        token = await self._new_token(tx, holder, new_email)
        owner = await users.find_owner(tx, new_email)
        if owner is None:
            await mail(self._outbox, tx, "change_email_new", holder.at(new_email), secret=token)
        else:
            await self._tell_owner(tx, owner)

    async def _tell_owner(self, tx: Transaction, owner: Addressee) -> None:
        if await self._cache.is_first(owner.user_id, "change_to_taken", NOTICE_GAP):
            await mail(self._outbox, tx, "change_email_taken", owner)

    async def _new_token(self, tx: Transaction, holder: Holder, email: str) -> str:
        token = new_token()
        stored = self._keys.hash_token(token)
        await users.add_one_time_token(
            tx, holder.user_id, CHANGE, stored, bound_to=email, life=self._life
        )
        return token

    async def _complete(
        self, tx: Transaction, holder: Holder, new_email: str, session_id: UUID
    ) -> None:
        await users.drop_abandoned(tx, new_email, age=self._life)
        await store.move_to_pending_email(tx, holder.user_id)
        await store.end_change_tokens(tx, holder.user_id)
        for purpose in VOIDED:
            await users.void_one_time_tokens(tx, holder.user_id, purpose)
        await self._sessions.end_all(tx, holder.user_id, "email_change", keep=session_id)
        for address in (holder.email, new_email):
            person = holder.at(address)
            await mail(self._outbox, tx, "email_changed", person, new_email=masked_email(new_email))
        await note(tx, "email_changed", holder.user_id, {"new_email": masked_email(new_email)})
