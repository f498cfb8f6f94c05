"""Notes what administrators look at: reading is recorded like changing."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.auth.audit.events import QUERIES
from services.kernel.caller import current_caller
from services.kernel.db import Database


@dataclass(frozen=True, slots=True)
class Visits:
    """Administrators' reads."""

    db: Database

    async def note(
        self, event: str, user_id: UUID | None = None, details: Mapping[str, object] | None = None
    ) -> None:
        """Enter that the calling administrator has read something about a user.

        What is about no user in particular, or about none that there is, is entered under the
        administrator's own account.
        """
        admin = current_caller().user_id
        async with self.db.transaction() as tx:
            await tx.execute(QUERIES["note_visit"], event, user_id, admin, details or {})
