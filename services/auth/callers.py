"""Who calls Auth itself: its own rules say, without an RPC."""

from uuid import UUID

from services.auth.api_keys.domain import ApiKeys
from services.auth.api_keys.errors import ApiKeyUnknown
from services.auth.sessions import Sessions
from services.kernel.callers import ApiKeyFacts, SessionFacts
from services.kernel.errors import ApiKeyEnded
from services.kernel.session_use import SessionUse


class OwnCallers:
    """What the kernel asks about the callers of this very service."""

    def __init__(self, sessions: Sessions, api_keys: ApiKeys, use: SessionUse) -> None:
        self._sessions = sessions
        self._api_keys = api_keys
        self._use = use

    async def facts(self, session_id: UUID, user_id: UUID) -> SessionFacts:
        """What an open session says of its user. Raises SessionEnded."""
        found = await self._sessions.facts(session_id, user_id)
        await self._use.note(session_id)
        return found

    async def api_key(self, key: str) -> ApiKeyFacts:
        """What a good API key says of its user. Raises ApiKeyEnded."""
        try:
            return await self._api_keys.check(key)
        except ApiKeyUnknown:
            raise ApiKeyEnded from None
