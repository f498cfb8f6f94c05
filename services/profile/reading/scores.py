"""How complete a user's profile is now."""

from uuid import UUID

from services.kernel.db import Database
from services.profile.errors import NotConnected
from services.profile.reading import store
from services.profile.reading.completeness import Completeness, assess


class Scores:
    """Weighs what is known, which an import may have changed since LinkedIn was last read."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, user_id: UUID) -> Completeness:
        """The score and its factors. Raises NotConnected before the first connect."""
        async with self._db.transaction() as tx:
            facts = await store.get_facts(tx, user_id)
        if facts is None:
            raise NotConnected
        return assess(facts)
