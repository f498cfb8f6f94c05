"""What acting as a member takes: refreshed on the way where it has just ended."""

from uuid import UUID

from services.kernel.db import Database
from services.profile import store
from services.profile.connection.refreshing import Refreshing
from services.profile.errors import NotConnected
from services.profile.model import Credentials


class Access:
    """Gives usable credentials, or says that there are none."""

    def __init__(self, db: Database, refreshing: Refreshing) -> None:
        self._db = db
        self._refreshing = refreshing

    async def credentials(self, user_id: UUID) -> Credentials:
        """A member's credentials, good now. Raises NotConnected."""
        found = await store.get_credentials(self._db, user_id)
        if found is None and await self._refreshing.refresh(user_id):
            found = await store.get_credentials(self._db, user_id)
        if found is None:
            raise NotConnected
        return found
