"""`inergize keys reencrypt`: every service's sealed values, each in the service's own role."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.kernel.config import Settings
from stack.admin import check_database, service_settings
from stack.data_dir import DataDir
from stack.errors import StackError
from stack.names import SERVICES

if TYPE_CHECKING:
    from services.kernel.reencryption import Progress
    from services.kernel.sealed_columns import SealedColumn

SHOWN_EVERY_SECONDS = 1.0


def reencrypt(data_dir: Path) -> None:
    """Put what is sealed under each service's first key, and say how far it is.

    Raises StackError when something is left under another key.
    """
    settings = service_settings(data_dir, *SERVICES)
    check_database(settings[0], DataDir(data_dir))
    # Where each service has an environment of its own, so has this command: one at a time.
    ours = [
        (service, own)
        for service, own in zip(SERVICES, settings, strict=True)
        if service in own.database.passwords
    ]
    if not ours:
        raise StackError("DATABASE_PASSWORDS names no service")
    left = sum(asyncio.run(_all(ours)))
    if left:
        raise StackError(f"{left} values are still under another key; keep the keys they name")


def sealed_columns(service: str) -> "Sequence[SealedColumn]":
    """Where a service keeps sealed values."""
    from services.auth import sealed_columns as auth
    from services.kernel.sealed_columns import SHARED
    from services.profile import sealed_columns as profile

    own = {"auth": auth.SEALED, "profile": profile.SEALED}
    return (*SHARED, *own.get(service, ()))


async def _all(ours: Sequence[tuple[str, Settings]]) -> list[int]:
    return [await _service(service, settings) for service, settings in ours]


async def _service(service: str, settings: Settings) -> int:
    """How many values of one service are left under another key."""
    from asyncpg import PostgresError

    from services.kernel.crypto import CryptoError, Keys
    from services.kernel.db import Database, service_dsn
    from services.kernel.reencryption import Reencryption

    db = Database(service_dsn(settings, service), service, settings)
    work = Reencryption(db, Keys(settings.crypto), sealed_columns(service))
    try:
        await db.open()
        ended = await work.run(_Shown(service))
    except CryptoError as error:
        raise StackError(f"{service}: {error}") from error
    except (PostgresError, OSError, ValueError) as error:
        raise StackError(f"the database cannot be reached: {error}") from error
    finally:
        await db.close()
    for progress in ended:
        click.echo(_line(service, progress))
    return sum(progress.left for progress in ended)


class _Shown:
    """Prints how far it is, once a second at most."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._shown_at = time.monotonic()

    def __call__(self, progress: "Progress") -> None:
        if time.monotonic() - self._shown_at >= SHOWN_EVERY_SECONDS:
            self._shown_at = time.monotonic()
            click.echo(_line(self._service, progress))


def _line(service: str, progress: "Progress") -> str:
    column = progress.column
    refused = f", {progress.refused} do not open" if progress.refused else ""
    return (
        f"{service}.{column.table}.{column.name}: "
        f"{progress.done} re-encrypted, {progress.left} left{refused}"
    )
