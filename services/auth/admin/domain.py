"""Administrators look at accounts, set subscriptions, suspend and reinstate.

Source: docs/decisions/0106-suspension.md
"""

from datetime import timedelta
from functools import partial
from uuid import UUID

from services.auth import session_store
from services.auth.admin import store
from services.auth.admin.errors import OwnAccount
from services.auth.admin.model import ManagedUser, UserFilter
from services.auth.audit.events import note
from services.auth.cache import Cache
from services.auth.subscriptions.model import Subscription
from services.auth.subscriptions.store import set_subscription
from services.auth.throttling.throttle import Throttle
from services.kernel.config import AuthSettings
from services.kernel.db import Database
from services.kernel.errors import InvalidRequest
from services.kernel.paging import PageTokens, Position

ENDING = {"cancelled": "a cancelled subscription", "trial": "a trial"}
"""Statuses that without an end would last for ever."""


class Administration:
    """What administrators do; whoever calls has made sure that one does."""

    def __init__(
        self,
        *,
        db: Database,
        cache: Cache,
        throttle: Throttle,
        tokens: PageTokens,
        auth: AuthSettings,
    ) -> None:
        self._db = db
        self._cache = cache
        self._throttle = throttle
        self._tokens = tokens
        self._grace = timedelta(seconds=auth.erasure_grace_seconds)

    async def page(
        self, admin_id: UUID, wanted: UserFilter, size: int, token: str
    ) -> tuple[list[ManagedUser], str]:
        """A page of accounts, newest first, and the token of the next. Raises PageTokenInvalid."""
        after = self._tokens.after(admin_id, token)
        found = await store.list_users(self._db, wanted, after, size + 1, grace=self._grace)
        return self._tokens.cut(
            admin_id, found, size, lambda last: Position(last.user.created_at, last.user.user_id)
        )

    async def get(self, user_id: UUID) -> ManagedUser:
        """An account, switched off or not. Raises UserNotFound."""
        return await store.get_managed_user(self._db, user_id, grace=self._grace)

    async def find(self, email: str) -> UUID:
        """Whose address it is. Raises UserNotFound."""
        return await store.find_user(self._db, email)

    async def set_subscription(self, user_id: UUID, subscription: Subscription) -> ManagedUser:
        """Set what an account has paid for; its sessions know it within five seconds.

        Raises UserNotFound, and InvalidRequest for an end that has passed or is missing.
        """
        if subscription.status in ENDING and subscription.expires_at is None:
            raise InvalidRequest({"expires_time": f"{ENDING[subscription.status]} needs its end"})
        async with self._db.transaction() as tx:
            await store.lock_user(tx, user_id)
            if not await set_subscription(tx, user_id, subscription):
                raise InvalidRequest({"expires_time": "must be in the future"})
            ends_at = subscription.expires_at
            details = {
                "tier": subscription.tier,
                "status": subscription.status,
                "expires_at": ends_at and ends_at.isoformat(),
            }
            await note(tx, "subscription_set", user_id, details)
            open_sessions = await session_store.live_session_ids(tx, user_id)
            # Their copies name the former tier; without a copy the services ask.
            tx.after_commit(partial(self._cache.forget, user_id, open_sessions))
            return await store.get_managed_user(tx, user_id, grace=self._grace)

    async def suspend(self, admin_id: UUID | None, user_id: UUID, reason: str) -> ManagedUser:
        """Switch an account off. Suspending again changes nothing.

        Raises UserNotFound, and OwnAccount for the account of `admin_id`, who asks.
        """
        if user_id == admin_id:
            raise OwnAccount
        async with self._db.transaction() as tx:
            await store.lock_user(tx, user_id)
            if await store.suspend(tx, user_id):
                ended = await session_store.revoke_sessions(tx, user_id, "admin", keep=None)
                tx.after_commit(partial(self._cache.forget, user_id, ended))
                await note(tx, "user_suspended", user_id, {"reason": reason})
            return await store.get_managed_user(tx, user_id, grace=self._grace)

    async def reinstate(self, user_id: UUID, reason: str) -> ManagedUser:
        """Switch an account on, and lift the locks on signing in to it.

        Raises UserNotFound, also once its erasure has begun.
        """
        async with self._db.transaction() as tx:
            email = await store.lock_user(tx, user_id)
            await store.reinstate(tx, user_id)
            await self._throttle.clear(tx, email)
            await note(tx, "user_reinstated", user_id, {"reason": reason})
            return await store.get_managed_user(tx, user_id, grace=self._grace)
