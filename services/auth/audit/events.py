"""Security events: what happens to an account beside changed rows."""

from collections.abc import Mapping
from uuid import UUID

from services.kernel import sql
from services.kernel.db import Transaction

QUERIES = sql.beside(__file__)


async def note(
    tx: Transaction, event: str, user_id: UUID, details: Mapping[str, object] | None = None
) -> None:
    """Enter an event such as `signed_in` into the caller's transaction.

    Details are kept for two years: no secret, no code, no full address belongs in them.
    """
    await tx.execute(QUERIES["note_event"], event, user_id, details or {})
