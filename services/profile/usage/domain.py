"""What users may read about their calls to LinkedIn."""

from datetime import datetime
from uuid import UUID

from services.kernel.crypto import Keys
from services.kernel.db import Database
from services.kernel.paging import PageTokens
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
        after = _position(self._tokens.read(user_id, page_token))
        found = await store.list_api_calls(self._db, user_id, wanted, after=after, limit=size + 1)
        page = found[:size]
        if len(found) == len(page):
            return page, ""
        last = page[-1]
        return page, self._tokens.make(user_id, [last.created_at.isoformat(), str(last.call_id)])


def _position(position: list[str] | None) -> tuple[datetime, UUID] | None:
    return (position and (datetime.fromisoformat(position[0]), UUID(position[1]))) or None
