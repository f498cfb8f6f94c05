"""Contacts in PostgreSQL."""

from dataclasses import dataclass
from uuid import UUID

from services.auth.errors import UserNotFound
from services.kernel import sql
from services.kernel.db import Database

QUERIES = sql.beside(__file__)


@dataclass(frozen=True, slots=True)
class Contact:
    """Where and how a user is written to."""

    email: str
    first_name: str
    language: str
    time_zone: str
    """IANA zone."""


async def get_contact(db: Database, user_id: UUID) -> Contact:
    """A user's contact. Raises UserNotFound for one who is not to be written to."""
    row = await db.fetchrow(QUERIES["get_contact"], user_id)
    if row is None:
        raise UserNotFound
    return Contact(row["email"], row["first_name"], row["language"], row["timezone"])
