"""What users may read about their calls to LinkedIn."""

from uuid import UUID

from services.kernel.crypto import Keys
from services.kernel.db import Database
from services.kernel.paging import PageTokens, Position
from services.profile.usage import store
from services.profile.usage.model import ApiCall, CallFilter


class Calls:
    """The calls that were made for a user."""

    def __init__(self, db: Database, keys: Keys) -> None:
        self._db = db
        self._tokens = PageTokens(keys, "profile.linkedin_api_usage")

    async def page(
        self, user_id: UUID, wanted: CallFilter, size: int, page_token: str
    ) -> tuple[list[ApiCall], str]:
        """A page of calls, newest first, and the token of the next one. Raises PageTokenInvalid."""
        after = self._tokens.after(user_id, page_token)
        found = await store.list_api_calls(self._db, user_id, wanted, after=after, limit=size + 1)
        return self._tokens.cut(
            user_id, found, size, lambda last: Position(last.created_at, last.call_id)
        )
