"""A user's own sessions in PostgreSQL: one function per query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from uuid import UUID

from services.auth.model import Addressee
from services.auth.own_sessions.model import OpenSession
from services.kernel import sql
from services.kernel.db import Database, Row, Transaction
from services.kernel.paging import Position

QUERIES = sql.beside(__file__)


@dataclass(frozen=True, slots=True)
class OwnerToTell:
    """Whose account somebody signs in to from a new place, and when."""

    person: Addressee
    time_zone: str
    at: datetime


async def list_sessions(
    db: Database, user_id: UUID, *, after: Position | None, limit: int
) -> list[OpenSession]:
    """A page of the user's open sessions, the one used last first."""
    rows = await db.fetch(
        QUERIES["list_sessions"],
        user_id,
        after and after.at,
        after and after.row_id,
        limit,
    )
    return [_open_session(row) for row in rows]


async def revoke_session(
    tx: Transaction, user_id: UUID, session_id: UUID, *, revoked_by: UUID | None
) -> bool:
    """End one of the user's sessions; False when it is not the user's."""
    row = await tx.fetchval(QUERIES["revoke_own_session"], user_id, session_id, revoked_by)
    return row is not None


async def owner_to_tell(
    tx: Transaction,
    user_id: UUID,
    *,
    client: str,
    network: IPv4Network | IPv6Network | None,
    memory: timedelta,
) -> OwnerToTell | None:
    """Who to tell of a sign-in with `client` from `network`; None when it is nothing new."""
    row = await tx.fetchrow(QUERIES["owner_to_tell"], user_id, client, network, memory)
    if row is None:
        return None
    person = Addressee(row["id"], row["email"], row["first_name"], row["language"])
    return OwnerToTell(person, row["timezone"], row["at"])


async def note_use(db: Database, session_ids: Sequence[UUID], used_at: Sequence[float]) -> None:
    """Move the times of last use (unix) on."""
    await db.fetch(QUERIES["note_use"], session_ids, used_at)


async def forget_sessions(db: Database, *, kept: timedelta, batch: int) -> int:
    """Drop up to `batch` sessions whose absolute end was longer ago than `kept`."""
    return len(await db.fetch(QUERIES["forget_sessions"], kept, batch))


async def forget_one_time_tokens(db: Database, *, kept: timedelta, batch: int) -> int:
    """Drop up to `batch` one-time tokens that expired longer ago than `kept`."""
    return len(await db.fetch(QUERIES["forget_one_time_tokens"], kept, batch))


def _open_session(row: Row) -> OpenSession:
    return OpenSession(
        session_id=row["id"],
        device_name=row["device_name"],
        address=row["ip_address"],
        user_agent=row["user_agent"],
        auth_level=row["auth_level"],
        created_at=row["created_at"],
        last_used_at=row["last_accessed_at"],
        ends_at=row["ends_at"],
    )
