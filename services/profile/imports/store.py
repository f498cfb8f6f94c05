"""Imports in PostgreSQL: one function per query."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from services.kernel import sql
from services.kernel.db import Database, Transaction, constraint_errors
from services.kernel.paging import Position
from services.profile.errors import UserNotFound
from services.profile.imports.model import (
    FileCount,
    Import,
    Observation,
    Problem,
    ProfileFields,
    State,
    as_json,
)

QUERIES = sql.beside(__file__)


async def add_import(
    tx: Transaction, user_id: UUID, *, size_bytes: int, sha256: bytes, most_open: int
) -> Import | None:
    """Begin an import; None when `most_open` wait for their file. Raises UserNotFound."""
    with constraint_errors(linkedin_imports_user_id_fkey=UserNotFound()):
        row = await tx.fetchrow(QUERIES["add_import"], user_id, size_bytes, sha256, most_open)
    return None if row is None else Import.from_row(row)


async def begin_reading(tx: Transaction, import_id: UUID) -> bool:
    """Say that the file is there; False when that has been said before."""
    return await tx.fetchval(QUERIES["begin_reading"], import_id) is not None


async def get_complete_import(db: Database, import_id: UUID) -> Import | None:
    """An import whose file was there; None while it waits for one, or when it is forgotten."""
    row = await db.fetchrow(QUERIES["get_complete_import"], import_id)
    return None if row is None else Import.from_row(row)


async def hold_import_to_read(tx: Transaction, import_id: UUID) -> bool:
    """Hold an import for this transaction; False when it has been read or forgotten meanwhile."""
    return await tx.fetchval(QUERIES["hold_import_to_read"], import_id) is not None


async def add_observations(
    tx: Transaction, user_id: UUID, import_id: UUID | None, told: Sequence[Observation]
) -> frozenset[bytes]:
    """Keep what was not known yet, and return its fact hashes.

    In one order, so that two imports of the same archive wait for each other and never deadlock.
    """
    ordered = sorted(told, key=lambda one: one.fact_hash)
    rows = await tx.fetch(
        QUERIES["add_observations"],
        user_id,
        import_id,
        [one.kind.value for one in ordered],
        [one.subject for one in ordered],
        [one.happened_at for one in ordered],
        [one.text_hash for one in ordered],
        [one.fact_hash for one in ordered],
        [one.remote_id or None for one in ordered],
    )
    return frozenset(row["fact_hash"] for row in rows)


async def finish_import(
    tx: Transaction,
    import_id: UUID,
    *,
    is_done: bool,
    files: Sequence[FileCount],
    problems: Sequence[Problem],
    ignored_files: Sequence[str],
) -> None:
    """Say how it ended, and what each file told."""
    await tx.execute(
        QUERIES["finish_import"],
        import_id,
        (State.DONE if is_done else State.FAILED).value,
        as_json(tuple(files)),
        as_json(tuple(problems)),
        ignored_files,
    )


async def list_imports(
    db: Database, user_id: UUID, *, after: Position | None, limit: int
) -> list[Import]:
    """A page of a user's imports, newest first."""
    rows = await db.fetch(
        QUERIES["list_imports"],
        user_id,
        after and after.at,
        after and after.row_id,
        limit,
    )
    return [Import.from_row(row) for row in rows]


async def get_import(db: Database, user_id: UUID, import_id: UUID) -> Import | None:
    """One import; None when the user has no such one."""
    row = await db.fetchrow(QUERIES["get_import"], user_id, import_id)
    return None if row is None else Import.from_row(row)


async def delete_import(tx: Transaction, user_id: UUID, import_id: UUID) -> Import | None:
    """Forget an import with what it told first; None when the user has no such one."""
    row = await tx.fetchrow(QUERIES["delete_import"], user_id, import_id)
    return None if row is None else Import.from_row(row)


async def list_abandoned(db: Database, *, age: timedelta, limit: int) -> list[Import]:
    """Imports that have been open for longer than `age`, oldest first."""
    return [Import.from_row(row) for row in await db.fetch(QUERIES["list_abandoned"], age, limit)]


async def put_profile(
    tx: Transaction, user_id: UUID, fields: ProfileFields, connections: int
) -> None:
    """Fill in what LinkedIn's API does not tell, where a LinkedIn profile is connected."""
    await tx.execute(
        QUERIES["put_profile_fields"],
        user_id,
        fields.headline,
        fields.summary,
        fields.industry,
        fields.location,
        connections,
    )
