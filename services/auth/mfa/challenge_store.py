"""Challenges in PostgreSQL: one function per query."""

from datetime import timedelta
from uuid import UUID

from services.auth.mfa.model import Kind, OpenChallenge, Try
from services.auth.mfa.store import QUERIES
from services.auth.model import Device
from services.kernel.crypto import TokenHash
from services.kernel.db import Row, Transaction


async def add_challenge(
    tx: Transaction,
    user_id: UUID,
    purpose: str,
    *,
    token: TokenHash,
    life: timedelta,
    method_id: UUID | None = None,
    session_id: UUID | None = None,
    device: Device | None = None,
) -> OpenChallenge:
    """Open a challenge; `session_id` is the only session that may answer it.

    `device` is what a sign-in came from.
    """
    row = await tx.fetchrow(
        QUERIES["add_challenge"],
        user_id,
        purpose,
        token.digest,
        token.key_id,
        method_id,
        session_id,
        device and device.address,
        _device_info(device),
        life,
    )
    assert row is not None, "an INSERT returns its row"
    return _open(row)


async def end_enrolments(tx: Transaction, user_id: UUID, method_id: UUID) -> None:
    """Make earlier challenges to confirm a method worthless."""
    await tx.execute(QUERIES["end_enrolments"], user_id, method_id)


async def hold_challenge(
    tx: Transaction, token_hashes: list[bytes], session_id: UUID | None
) -> OpenChallenge | None:
    """Hold an open challenge; None when it has ended, or is another session's."""
    row = await tx.fetchrow(QUERIES["hold_challenge"], token_hashes, session_id)
    return None if row is None else _open(row)


async def count_sends(tx: Transaction, user_id: UUID, window: timedelta) -> tuple[int, timedelta]:
    """How many codes a user was sent within `window`, and how long ago the first of them."""
    row = await tx.fetchrow(QUERIES["count_sends"], user_id, window)
    assert row is not None, "an aggregate without groups has one row"
    return row["sends"], timedelta(seconds=row["oldest_seconds"])


async def note_sent(
    tx: Transaction, challenge: OpenChallenge, code: TokenHash, kind: Kind, method_id: UUID
) -> None:
    """Note the code that goes out; the one before stops working."""
    await tx.execute(
        QUERIES["note_sent"],
        challenge.user_id,
        challenge.challenge_id,
        code.digest,
        kind,
        method_id,
    )


async def count_try(
    tx: Transaction, token_hashes: list[bytes], session_id: UUID | None
) -> Try | None:
    """Count a try; None when the challenge has ended, or is another session's."""
    row = await tx.fetchrow(QUERIES["count_try"], token_hashes, session_id)
    return None if row is None else _try(row)


async def count_enrolment_try(
    tx: Transaction, user_id: UUID, method_id: UUID, session_id: UUID
) -> Try | None:
    """Count a try at confirming a method; None when there is nothing to confirm in this session."""
    row = await tx.fetchrow(QUERIES["count_enrolment_try"], user_id, method_id, session_id)
    return None if row is None else _try(row)


async def give_try_back(tx: Transaction, tried: Try) -> None:
    """Take a try back that was not compared."""
    await tx.execute(QUERIES["give_try_back"], tried.user_id, tried.challenge_id)


async def consume_challenge(tx: Transaction, user_id: UUID, challenge_id: UUID) -> bool:
    """Use a challenge up; False when another call has, or it has expired."""
    return await tx.fetchval(QUERIES["consume_challenge"], user_id, challenge_id) is not None


async def drop_old_challenges(tx: Transaction, *, age: timedelta, batch: int) -> int:
    """Forget challenges that ended at least `age` ago; returns how many."""
    return len(await tx.fetch(QUERIES["drop_old_challenges"], age, batch))


def _open(row: Row) -> OpenChallenge:
    return OpenChallenge(
        challenge_id=row["id"],
        user_id=row["user_id"],
        sends=row["sends"],
        last_sent_seconds=row["last_sent_seconds"],
        expires_at=row["expires_at"],
    )


def _try(row: Row) -> Try:
    info = row["device_info"] or {}
    return Try(
        challenge_id=row["id"],
        user_id=row["user_id"],
        session_id=row["session_id"],
        code_hash=row["code_hash"],
        sent_by=row["sent_by"],
        method_id=row["mfa_id"],
        device_name=info.get("name", ""),
        device_id=UUID(info["known_id"]) if "known_id" in info else None,
        at=row["at"],
    )


def _device_info(device: Device | None) -> dict[str, str]:
    """What the session will need of the device that signed in."""
    if device is None:
        return {}
    known = {"known_id": str(device.known_id)} if device.known_id else {}
    return {"name": device.name, **known}
