"""Sessions in PostgreSQL: one function per query."""

from datetime import datetime, timedelta
from uuid import UUID

from services.auth.model import Address, Device, HeldSession, Session
from services.auth.own_sessions.user_agents import client_name
from services.auth.store import QUERIES
from services.kernel.callers import SessionFacts
from services.kernel.crypto import Sealed, TokenHash
from services.kernel.db import Database, Row, Transaction


async def note_login(
    tx: Transaction, user_id: UUID, *, auth_level: int
) -> tuple[datetime, SessionFacts] | None:
    """Record a sign-in: the database's time, and what the session will say of its user.

    None when the account has been switched off meanwhile.
    """
    row = await tx.fetchrow(QUERIES["note_login"], user_id)
    return None if row is None else (row["at"], _facts(row, auth_level))


async def add_session(
    tx: Transaction,
    session: Session,
    *,
    access: TokenHash,
    refresh: TokenHash,
    device: Device,
) -> bool:
    """Enter a session that has just begun; False when it would need a second factor."""
    added = await tx.fetchval(
        QUERIES["add_session"],
        session.session_id,
        session.user_id,
        access.digest,
        refresh.digest,
        refresh.key_id,
        session.seed.ciphertext,
        session.seed.nonce,
        session.seed.key_id,
        session.idle_expires_at,
        session.expires_at,
        session.facts.auth_level,
        _device_info(device),
        device.address,
        device.user_agent or None,
    )
    return added is not None


async def lock_session(
    tx: Transaction, session_id: UUID, *, repeat_window: timedelta
) -> HeldSession | None:
    """Hold a session for refreshing; None when there is none.

    Its predecessor may be repeated while the last rotation is younger than `repeat_window`.
    """
    row = await tx.fetchrow(QUERIES["lock_session"], session_id, repeat_window)
    if row is None:
        return None
    return HeldSession(
        session=_session(row),
        refresh_token_hash=row["refresh_token_hash"],
        is_live=row["is_live"],
        is_just_rotated=row["is_just_rotated"],
        address=row["ip_address"],
        strange_generation=row["strange_generation"],
    )


async def rotate_session(
    tx: Transaction, session: Session, *, access: TokenHash, refresh: TokenHash
) -> bool:
    """Enter the generation that `session` has reached; False when somebody else has begun it."""
    rotated = await tx.fetchval(
        QUERIES["rotate_session"],
        session.session_id,
        session.user_id,
        session.generation,
        access.digest,
        refresh.digest,
        refresh.key_id,
        session.idle_expires_at,
    )
    return rotated is not None


async def revoke_session(tx: Transaction, user_id: UUID, session_id: UUID, reason: str) -> None:
    """End one session; one that has ended stays as it is."""
    await tx.execute(QUERIES["revoke_session"], user_id, session_id, reason)


async def revoke_family(tx: Transaction, user_id: UUID, family_id: UUID, reason: str) -> list[UUID]:
    """End every session of a family; returns those that were open."""
    rows = await tx.fetch(QUERIES["revoke_family"], user_id, family_id, reason)
    return [row["id"] for row in rows]


async def revoke_sessions(
    tx: Transaction, user_id: UUID, reason: str, *, keep: UUID | None
) -> list[UUID]:
    """End every open session of a user but `keep`; returns those that were open."""
    rows = await tx.fetch(QUERIES["revoke_sessions"], user_id, reason, keep)
    return [row["id"] for row in rows]


async def prove_session(
    tx: Transaction, user_id: UUID, session_id: UUID, auth_level: int
) -> int | None:
    """Note a new proof of an open session's user; returns its level, None when it is not open."""
    level: int | None = await tx.fetchval(QUERIES["prove_session"], user_id, session_id, auth_level)
    return level


async def raise_level(tx: Transaction, user_id: UUID, session_id: UUID, auth_level: int) -> bool:
    """Raise an open session's level; False when it is not open."""
    return await tx.fetchval(QUERIES["raise_level"], user_id, session_id, auth_level) is not None


async def live_facts(db: Database, user_id: UUID, session_id: UUID) -> SessionFacts | None:
    """What a session says about its user; None when it has ended or is not the user's."""
    row = await db.fetchrow(QUERIES["live_facts"], user_id, session_id)
    return None if row is None else _facts(row, row["auth_level"])


async def live_session_ids(tx: Transaction, user_id: UUID) -> list[UUID]:
    """A user's open sessions."""
    return [row["id"] for row in await tx.fetch(QUERIES["live_session_ids"], user_id)]


async def lately_revoked(db: Database, *, copy_life: timedelta) -> list[tuple[UUID, UUID]]:
    """User and session ids whose copy in Redis may have outlived the session."""
    return [tuple(row) for row in await db.fetch(QUERIES["lately_revoked"], copy_life)]


async def note_strange_repeat(tx: Transaction, session: Session) -> None:
    """Note that a refresh was repeated from another network than the one it was made from."""
    await tx.execute(
        QUERIES["note_strange_repeat"], session.session_id, session.user_id, session.generation
    )


async def note_address(tx: Transaction, session: Session, address: Address) -> None:
    """Note where the session is used from now."""
    await tx.execute(QUERIES["note_address"], session.session_id, session.user_id, address)


def _device_info(device: Device) -> dict[str, str]:
    info = {"client": client_name(device.user_agent)}
    return info | {"name": device.name} if device.name else info


def _session(row: Row) -> Session:
    return Session(
        session_id=row["id"],
        user_id=row["user_id"],
        family_id=row["family_id"],
        generation=row["generation"],
        at=row["at"],
        issued_at=row["issued_at"],
        idle_expires_at=row["idle_expires_at"],
        expires_at=row["expires_at"],
        seed=Sealed(row["refresh_seed_ct"], row["refresh_seed_nonce"], row["refresh_seed_key_id"]),
        facts=_facts(row, row["auth_level"]),
    )


def _facts(row: Row, auth_level: int) -> SessionFacts:
    return SessionFacts(
        role=row["role"],
        tier=row["subscription_tier"],
        auth_level=auth_level,
        time_zone=row["timezone"],
        tokens_valid_after=row["tokens_valid_after"],
        authenticated_at=row["authenticated_at"],
    )
