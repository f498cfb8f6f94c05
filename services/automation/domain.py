"""What users may read of the ledger."""

from dataclasses import dataclass
from uuid import UUID

from services.automation import store
from services.automation.model import Action, ActionEvent
from services.kernel.caller import Caller
from services.kernel.db import Database
from services.kernel.paging import PageTokens, Position


@dataclass(frozen=True, slots=True)
class Actions:
    """The actions of all users; every method reaches only its caller's."""

    db: Database
    tokens: PageTokens

    async def get(self, caller: Caller, attempt_id: UUID) -> tuple[Action, list[ActionEvent]]:
        """An attempt and its story, oldest step first. Raises ActionNotFound."""
        action = await store.get_action(self.db, caller.user_id, attempt_id)
        return action, await store.list_events(self.db, caller.user_id, attempt_id)

    async def page(
        self, caller: Caller, content_id: UUID | None, size: int, token: str
    ) -> tuple[list[Action], str]:
        """One page, newest first, and the token of the next, empty at the end.

        Only attempts at publishing `content_id`, when given. Raises PageTokenInvalid.
        """
        after = self.tokens.after(caller.user_id, token)
        found = await store.list_actions(self.db, caller.user_id, content_id, after, size + 1)
        return self.tokens.cut(
            caller.user_id, found, size, lambda last: Position(last.created_at, last.attempt_id)
        )
