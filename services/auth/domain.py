"""Accounts as their owners, other services and the command line see them.

The rest of what Auth does is in registration, verification, sign_in, sessions and signing_keys.
"""

from uuid import UUID

from services.auth import session_store, store
from services.auth.cache import Cache
from services.auth.errors import AccountUnverified, EmailTaken
from services.auth.model import Addressee, Administrator, NewAccount, User
from services.auth.passwords import Passwords, check_acceptable
from services.auth.registration import announce
from services.auth.time_zones import check_time_zone
from services.kernel.db import Database, Transaction
from services.kernel.outbox import Outbox


class Accounts:
    """Reads accounts and notes what other services know of them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, user_id: UUID) -> User:
        """The account. Raises UserNotFound."""
        return await store.get_user(self._db, user_id)

    async def set_linkedin_connected(self, user_id: UUID, *, is_connected: bool) -> None:
        """Note whether LinkedIn is connected. Raises UserNotFound."""
        async with self._db.transaction() as tx:
            await store.set_linkedin_connected(tx, user_id, is_connected=is_connected)


class Administrators:
    """Makes administrators: for whoever may read the deployment's secrets, not for any RPC."""

    def __init__(self, db: Database, outbox: Outbox, passwords: Passwords, cache: Cache) -> None:
        self._db = db
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
