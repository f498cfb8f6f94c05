"""What users may read of their connection to LinkedIn."""

from uuid import UUID

from services.kernel.db import Database
from services.profile import store
from services.profile.errors import NotConnected
from services.profile.model import Connection, Profile
from services.profile.reading import store as reading
from services.profile.reading.model import Refusal


class Profiles:
    """Connections and profiles."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def connection(self, user_id: UUID) -> Connection:
        """Where a user's connection to LinkedIn stands, now."""
        return await store.get_connection(self._db, user_id)

    async def refusals(self, user_id: UUID) -> dict[str, Refusal]:
        """What LinkedIn has refused to tell of a user, by name."""
        return await reading.list_refusals(self._db, user_id)

    async def profile(self, user_id: UUID) -> Profile:
        """A user's LinkedIn profile, as last read. Raises NotConnected before the first connect."""
        profile = await store.get_profile(self._db, user_id)
        if profile is None:
            raise NotConnected
        return profile
