"""Known devices in PostgreSQL: one function per query."""

from datetime import timedelta
from uuid import UUID

from services.kernel import sql
from services.kernel.crypto import TokenHash
from services.kernel.db import Database, Transaction

QUERIES = sql.beside(__file__)


async def find_device(db: Database, email: str, token_hashes: list[bytes]) -> UUID | None:
    """The device that a token is of, if the account with this address knows it."""
    row = await db.fetchrow(QUERIES["find_device"], email, token_hashes)
    return None if row is None else row["id"]


async def rotate_device(
    tx: Transaction, user_id: UUID, device_id: UUID, token: TokenHash, *, life: timedelta
) -> bool:
    """Store a known device's next token; False when the device was forgotten meanwhile."""
    rotated = await tx.fetchval(
        QUERIES["rotate_device"], user_id, device_id, token.digest, token.key_id, life
    )
    return rotated is not None


async def add_device(tx: Transaction, user_id: UUID, token: TokenHash, *, life: timedelta) -> None:
    """Store a new device's first token."""
    await tx.execute(QUERIES["add_device"], user_id, token.digest, token.key_id, life)


async def forget_surplus_devices(tx: Transaction, user_id: UUID, *, most: int) -> None:
    """Keep at most so many devices, those used last."""
    await tx.execute(QUERIES["forget_surplus_devices"], user_id, most)


async def forget_devices(tx: Transaction, user_id: UUID) -> None:
    """Forget the user's devices."""
    await tx.execute(QUERIES["forget_devices"], user_id)


async def sweep_devices(tx: Transaction, *, batch: int) -> int:
    """Forget devices whose time is over; returns how many."""
    return len(await tx.fetch(QUERIES["sweep_devices"], batch))
