"""Archives of accounts in PostgreSQL: one function per query."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.auth.account.errors import ExportNotFound
from services.auth.account.model import Export
from services.auth.account.store import QUERIES
from services.kernel.db import Database, Transaction


async def get_open_export(tx: Transaction, user_id: UUID) -> Export | None:
    """The archive that is being made, or waits for it."""
    row = await tx.fetchrow(QUERIES["get_open_export"], user_id)
    return None if row is None else Export(*row)


async def time_to_next_export(tx: Transaction, user_id: UUID, gap: timedelta) -> timedelta:
    """How long until another archive may be asked for; not positive: now."""
    seconds: float = await tx.fetchval(QUERIES["seconds_to_next_export"], user_id, gap)
    return timedelta(seconds=seconds)


async def add_export(tx: Transaction, user_id: UUID) -> Export:
    """Enter the wish for an archive."""
    row = await tx.fetchrow(QUERIES["add_export"], user_id)
    assert row is not None, "an INSERT returns its row"
    return Export(*row)


async def get_export(db: Database, user_id: UUID, export_id: UUID) -> Export:
    """One of a user's archives. Raises ExportNotFound."""
    row = await db.fetchrow(QUERIES["get_export"], user_id, export_id)
    if row is None:
        raise ExportNotFound
    return Export(*row)


async def lock_exports(tx: Transaction) -> None:
    """Be the only one to hand archives out until the transaction ends; before any of their rows."""
    await tx.execute(QUERIES["lock_exports"])


async def hand_out_exports(
    tx: Transaction, *, most_at_once: int, lease: timedelta
) -> Sequence[tuple[UUID, UUID]]:
    """Take those that have waited longest: export and user ids."""
    rows = await tx.fetch(QUERIES["hand_out_exports"], most_at_once, lease)
    return [(row["id"], row["user_id"]) for row in rows]


async def give_up_exports(tx: Transaction, most_attempts: int) -> list[UUID]:
    """End archives that were begun too often; returns their users."""
    rows = await tx.fetch(QUERIES["give_up_exports"], most_attempts)
    return [row["user_id"] for row in rows]


async def begin_export(tx: Transaction, export_id: UUID, lease: timedelta) -> Export:
    """Begin an archive, or begin it again. Raises ExportNotFound, also while another makes it."""
    row = await tx.fetchrow(QUERIES["begin_export"], export_id, lease)
    if row is None:
        raise ExportNotFound
    return Export(*row)


async def get_begun_export(db: Database, export_id: UUID) -> Export:
    """An archive that is being made, or was finished. Raises ExportNotFound."""
    row = await db.fetchrow(QUERIES["get_begun_export"], export_id)
    if row is None:
        raise ExportNotFound
    return Export(*row)


async def finish_export(
    tx: Transaction, export_id: UUID, *, size_bytes: int, sha256: bytes, life: timedelta
) -> datetime | None:
    """An archive is where it belongs, until when; None when it was finished before."""
    expires_at: datetime | None = await tx.fetchval(
        QUERIES["finish_export"], export_id, size_bytes, sha256, life
    )
    return expires_at


async def put_export_back(tx: Transaction, export_id: UUID, pause: timedelta) -> None:
    """Let another attempt begin after a pause."""
    await tx.execute(QUERIES["put_export_back"], export_id, pause)


async def list_files_past_their_time(db: Database, limit: int) -> list[Export]:
    """Archives whose files are to be deleted."""
    return [Export(*row) for row in await db.fetch(QUERIES["list_files_past_their_time"], limit)]


async def note_file_gone(tx: Transaction, export: Export) -> None:
    """Note that an archive's file was deleted."""
    await tx.execute(QUERIES["note_file_gone"], export.user_id, export.export_id)
