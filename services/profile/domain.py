"""What users may read of themselves, and how a new user begins."""

from uuid import UUID

from services.kernel.db import Database
from services.profile import store
from services.profile.errors import NotConnected
from services.profile.model import Connection, Preferences, Profile


class Profiles:
    """Preferences, connections and profiles."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def initialize(self, user_id: UUID) -> None:
        """Give a new user preferences; once is enough, twice does no harm. Raises UserNotFound."""
        async with self._db.transaction() as tx:
            await store.add_preferences(tx, user_id)

    async def preferences(self, user_id: UUID) -> Preferences:
        """A user's preferences; the defaults until Auth's message about the user has arrived."""
        return await store.get_preferences(self._db, user_id)

    async def connection(self, user_id: UUID) -> Connection:
        """Where a user's connection to LinkedIn stands, now."""
        return await store.get_connection(self._db, user_id)

    async def profile(self, user_id: UUID) -> Profile:
        """A user's LinkedIn profile, as last read. Raises NotConnected before the first connect."""
        profile = await store.get_profile(self._db, user_id)
        if profile is None:
            raise NotConnected
        return profile
