"""What was recorded, for the user it is about and for administrators."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.auth.audit import store
from services.auth.audit.model import Entry, Filter
from services.kernel.caller import Caller
from services.kernel.db import Database
from services.kernel.paging import PageTokens

ADMIN = "admin"
"""How a user is shown the administrators who acted on their account."""
REASON = "reason"
"""Written by administrators for each other."""
_BY_ADMINISTRATORS = ("user:", "subject:", "svc:stack")
"""Who acts through the API, or with the commands of the machine."""


@dataclass(frozen=True, slots=True)
class AuditEvents:
    """Reads the log, a page at a time."""

    db: Database
    own_tokens: PageTokens
    any_tokens: PageTokens

    async def own(
        self, caller: Caller, wanted: Filter, size: int, token: str
    ) -> tuple[list[Entry], str]:
        """A page about the caller, and the token of the next. Raises PageTokenInvalid."""
        after = _place(self.own_tokens.read(caller.user_id, token))
        found = await store.events_of_user(self.db, caller.user_id, wanted, after, size + 1)
        page = [masked(entry, caller.user_id) for entry in found[:size]]
        return page, self._next(self.own_tokens, caller, found, size)

    async def about(
        self, admin: Caller, user_id: UUID | None, wanted: Filter, size: int, token: str
    ) -> tuple[list[Entry], str]:
        """A page about a user, or about all, for an administrator. Raises PageTokenInvalid."""
        after = _place(self.any_tokens.read(admin.user_id, token))
        if user_id is None:
            after_id = None if after is None else after[1]
            found = await store.events_of_all(self.db, wanted, after_id, size + 1)
        else:
            found = await store.events_of_user(self.db, user_id, wanted, after, size + 1)
        return found[:size], self._next(self.any_tokens, admin, found, size)

    def _next(self, tokens: PageTokens, caller: Caller, found: Sequence[Entry], size: int) -> str:
        if len(found) <= size:
            return ""
        last = found[size - 1]
        return tokens.make(caller.user_id, [last.at.isoformat(), last.id])


def masked(entry: Entry, user_id: UUID) -> Entry:
    """The entry as its user may see it: who else acted is `admin`, and why is theirs to know."""
    if entry.actor == f"user:{user_id}":
        return entry
    actor = ADMIN if entry.actor.startswith(_BY_ADMINISTRATORS) else entry.actor
    details = {key: value for key, value in entry.details.items() if key != REASON}
    return replace(entry, actor=actor, details=details)


def masked_row(row: dict[str, Any], user_id: UUID) -> dict[str, Any]:
    """The same for a row of the log, as the user's archive has it."""
    actor, own = row["actor"] or "", f"subject:{row['subject']}"
    if actor == own:
        return row | {"actor": f"user:{user_id}"}
    actor = ADMIN if actor.startswith(_BY_ADMINISTRATORS) else actor
    data = {key: value for key, value in (row["new_data"] or {}).items() if key != REASON}
    return row | {"actor": actor, "new_data": data}


def _place(token: Sequence[str | int] | None) -> tuple[datetime, int] | None:
    if token is None:
        return None
    at, entry_id = token
    return datetime.fromisoformat(str(at)), int(entry_id)
