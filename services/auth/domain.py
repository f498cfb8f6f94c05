"""Accounts as their owners, other services and the command line see them.

The rest of what Auth does is in registration, verification, sign_in, sessions and signing.
"""

from datetime import timedelta
from uuid import UUID

from services.auth import session_store, store
from services.auth.cache import Cache
from services.auth.errors import AccountUnverified, EmailTaken, UserNotFound
from services.auth.model import Addressee, Administrator, NewAccount, User
from services.auth.passwords import Passwords, check_acceptable
from services.auth.recovery.aftermath import RESET
from services.auth.registration import announce
from services.kernel.config import AuthSettings
from services.kernel.crypto import Keys, new_token
from services.kernel.db import Database, Transaction
from services.kernel.errors import SessionEnded
from services.kernel.outbox import Outbox
from services.kernel.time_zones import check_time_zone


class Accounts:
    """Reads accounts and notes what other services know of them."""

    def __init__(self, db: Database, auth: AuthSettings) -> None:
        self._db = db
        self._grace = timedelta(seconds=auth.erasure_grace_seconds)

    async def get(self, user_id: UUID) -> User:
        """The caller's own account. Raises SessionEnded for one that was just switched off."""
        try:
            return await store.get_user(self._db, user_id, grace=self._grace)
        except UserNotFound:
            raise SessionEnded from None

    async def set_linkedin_connected(
        self, user_id: UUID, *, is_connected: bool, announcement: int
    ) -> None:
        """Note whether LinkedIn is connected, as Profile announced it under a number.

        An older announcement than what is known changes nothing. Raises UserNotFound.
        """
        async with self._db.transaction() as tx:
            await store.set_linkedin_connected(
                tx, user_id, is_connected=is_connected, announcement=announcement
            )


class Administrators:
    """Makes administrators: for whoever may read the deployment's secrets, not for any RPC."""

    def __init__(
        self, db: Database, keys: Keys, outbox: Outbox, passwords: Passwords, cache: Cache
    ) -> None:
        self._db = db
        self._keys = keys
        self._outbox = outbox
        self._passwords = passwords
        self._cache = cache

    async def create(self, account: NewAccount, *, may_promote: bool) -> Administrator:
        """Open a verified account with the role admin, or promote the one that has the address.

        A promoted account keeps its password. Raises EmailTaken unless `may_promote`,
        AccountUnverified, PasswordUnacceptable or TimeZoneUnknown.
        """
        check_time_zone(account.time_zone)
        check_acceptable(account.password, account.email)
        password_hash = await self._passwords.hash(account.password)
        async with self._db.transaction() as tx:
            user_id = await store.add_user(
                tx, account, password_hash, role="admin", is_verified=True
            )
            if user_id is None:
                return await self._promote(tx, account.email, may_promote=may_promote)
            person = Addressee(user_id, account.email, account.first_name, account.language)
            await announce(self._outbox, tx, person)
        return Administrator(user_id, is_new=True)

    async def password_token(self, user_id: UUID, email: str, life: timedelta) -> str:
        """A token that sets the account's password: good once, as one that is mailed.

        Whoever makes an account for somebody else must not choose or know its password.
        """
        token = new_token()
        async with self._db.transaction() as tx:
            await store.void_one_time_tokens(tx, user_id, RESET)
            await store.add_one_time_token(
                tx, user_id, RESET, self._keys.hash_token(token), bound_to=email, life=life
            )
        return token

    async def _promote(self, tx: Transaction, email: str, *, may_promote: bool) -> Administrator:
        owner = await store.find_owner(tx, email)
        if owner is None or not may_promote:
            raise EmailTaken
        if not await store.promote(tx, owner.user_id):
            raise AccountUnverified
        open_sessions = await session_store.live_session_ids(tx, owner.user_id)
        # Their copies name the former role; without a copy the services ask.
        tx.after_commit(lambda: self._cache.forget(owner.user_id, open_sessions))
        return Administrator(owner.user_id, is_new=False)
