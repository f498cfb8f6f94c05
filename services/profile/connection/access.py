"""What acting as a member takes: refreshed on the way where it has just ended."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.kernel.db import Database
from services.kernel.errors import DomainError
from services.profile import store
from services.profile.connection.refreshing import Refreshing
from services.profile.errors import ConnectionResting, NotConnected
from services.profile.model import ConnectionState, Credentials

AT_LEAST = timedelta(seconds=1)
_UNUSABLE = (ConnectionState.DISCONNECTED, ConnectionState.NEEDS_RECONNECT)


class Access:
    """Gives usable credentials, or says why there are none."""

    def __init__(self, db: Database, refreshing: Refreshing) -> None:
        self._db = db
        self._refreshing = refreshing

    async def credentials(self, user_id: UUID) -> Credentials:
        """A member's credentials, good now. Raises NotConnected, ConnectionResting."""
        found = await store.get_credentials(self._db, user_id)
        if found is None:
            await self._refreshing.refresh(user_id)
            found = await store.get_credentials(self._db, user_id)
        if found is None:
            raise await self.refusal(user_id)
        return found

    async def refusal(self, user_id: UUID) -> DomainError:
        """Why a member cannot be acted for now: what their connection shows, too."""
        connection = await store.get_connection(self._db, user_id)
        if connection.state in _UNUSABLE:
            return NotConnected()
        wait = timedelta(0)
        if connection.retry_at is not None:
            wait = connection.retry_at - datetime.now(UTC)
        return ConnectionResting(retry_after=max(wait, AT_LEAST))
