"""A user's own sessions: listed, and ended from any of them."""

from uuid import UUID

from services.auth.cache import Cache
from services.auth.devices.devices import Devices
from services.auth.own_sessions import store
from services.auth.own_sessions.errors import SessionNotFound
from services.auth.own_sessions.model import OpenSession
from services.auth.sessions import Sessions
from services.kernel.caller import Caller
from services.kernel.crypto import Keys
from services.kernel.db import Database, Transaction
from services.kernel.paging import PageTokens, Position


class OwnSessions:
    """What a signed-in user sees and ends."""

    def __init__(
        self, db: Database, keys: Keys, sessions: Sessions, cache: Cache, devices: Devices
    ) -> None:
        self._db = db
        self._sessions = sessions
        self._devices = devices
        self._cache = cache
        self._tokens = PageTokens(keys, "auth.sessions")

    async def page(
        self, caller: Caller, size: int, page_token: str
    ) -> tuple[list[OpenSession], str]:
        """A page of open sessions, the one used last first, and the token of the next page.

        Raises PageTokenInvalid.
        """
        after = self._tokens.after(caller.user_id, page_token)
        found = await store.list_sessions(self._db, caller.user_id, after=after, limit=size + 1)
        return self._tokens.cut(
            caller.user_id, found, size, lambda last: Position(last.last_used_at, last.session_id)
        )

    async def revoke(self, caller: Caller, session_id: UUID) -> None:
        """End a session, everywhere within five seconds; one that has ended stays as it is.

        Raises SessionNotFound.
        """
        revoked_by = None if session_id == caller.session_id else caller.session_id
        async with self._db.transaction() as tx:
            if not await store.revoke_session(
                tx, caller.user_id, session_id, revoked_by=revoked_by
            ):
                raise SessionNotFound
            if revoked_by is not None:
                await self._distrust(tx, caller)
            tx.after_commit(lambda: self._cache.forget(caller.user_id, [session_id]))

    async def revoke_others(self, caller: Caller) -> int:
        """End every session but the caller's; returns how many were open."""
        async with self._db.transaction() as tx:
            await self._distrust(tx, caller)
            return await self._sessions.end_all(
                tx, caller.user_id, "logout", keep=caller.session_id
            )

    async def _distrust(self, tx: Transaction, caller: Caller) -> None:
        """Know no device any more.

        The ended session may have been a stranger's, who with a known device would be back without
        a mail to the owner.
        """
        await self._devices.forget_all(tx, caller.user_id)
