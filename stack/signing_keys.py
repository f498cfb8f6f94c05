"""`inergize keys`: the keys that sign access tokens, looked at and replaced in the database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from services.kernel.config import Settings
from stack.admin import auth_settings, check_database
from stack.data_dir import DataDir
from stack.errors import StackError

if TYPE_CHECKING:
    from services.auth.signing.model import StoredKey
    from services.auth.signing.rotation import Rotation

T = TypeVar("T")


def rotate(data_dir: Path, lead_seconds: int, *, is_stolen: bool) -> None:
    """Make a new signing key and say when it takes over. Raises StackError."""
    lead = timedelta(seconds=lead_seconds)
    made = _with_rotation(data_dir, lambda keys: keys.rotate(lead, is_stolen=is_stolen))
    click.echo(f"{made.key_id} signs from {made.not_before:%Y-%m-%d %H:%M:%S} UTC on")


def show(data_dir: Path) -> None:
    """Print the keys, the newest first. Raises StackError."""
    stored = _with_rotation(data_dir, lambda keys: keys.listed())
    for key, state in zip(stored, _states(stored), strict=True):
        click.echo(f"{key.key_id}  {state}")


def _states(stored: "Sequence[StoredKey]") -> list[str]:
    signing = next((key for key in stored if key.has_begun), None)
    return [_state(key, is_signing=key is signing) for key in stored]


def _state(key: "StoredKey", *, is_signing: bool) -> str:
    if not key.has_begun:
        return f"signs from {key.not_before:%Y-%m-%d %H:%M:%S} UTC on"
    if is_signing:
        return f"signs since {key.not_before:%Y-%m-%d %H:%M:%S} UTC"
    return f"verifies until {key.retire_at:%Y-%m-%d %H:%M:%S} UTC"


def _with_rotation(data_dir: Path, use: "Callable[[Rotation], Awaitable[T]]") -> T:
    settings = auth_settings(data_dir)
    check_database(settings, DataDir(data_dir))

    async def run() -> T:
        async with _rotation(settings) as rotation:
            return await use(rotation)

    from asyncpg import PostgresError

    try:
        return asyncio.run(run())
    except (PostgresError, OSError, ValueError) as error:
        raise StackError(f"the database cannot be reached: {error}") from error


@asynccontextmanager
async def _rotation(settings: Settings) -> "AsyncIterator[Rotation]":
    from services.auth.signing.rotation import Rotation
    from services.kernel.crypto import Keys
    from services.kernel.db import Database, service_dsn

    keys = Keys(settings.crypto)
    db = Database(service_dsn(settings, "auth"), "auth", settings)
    await db.open()
    try:
        yield Rotation(db, keys, settings.auth)
    finally:
        await db.close()
