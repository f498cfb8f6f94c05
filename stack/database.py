"""Making the database ready for the services: roles, schemas, tables; a child of its own."""

import asyncio
from pathlib import Path
from time import monotonic

import click

from stack import urls
from stack.data_dir import DataDir
from stack.errors import EXIT_DO_NOT_RETRY, StackError
from stack.names import SERVICES
from stack.secrets import Secrets, load
from stack.topology import Topology

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
_REACHED_WITHIN_S = 60.0
_RETRY_S = 0.05


def prepare(data_dir: str) -> None:
    """Wait for PostgreSQL, then bootstrap and migrate; nothing is repeated that was done.

    Raises StackError, with `EXIT_DO_NOT_RETRY`, when the server or a migration refuses.
    """
    place = DataDir(Path(data_dir))
    asyncio.run(_prepare(Topology.load(place.root), load(place)))


async def _prepare(topology: Topology, secrets: Secrets) -> None:
    from services.kernel.bootstrap import BootstrapError, bootstrap
    from services.kernel.migrate import MigrationError

    admin_url = urls.admin_database_url(topology, secrets)
    await _reached(admin_url)
    roles = ("migrator", *SERVICES)
    passwords = {role: secrets.database_password(role) for role in roles}
    try:
        await bootstrap(admin_url, passwords=passwords, database=urls.DATABASE_NAME)
        await _migrate(topology, secrets)
    except (BootstrapError, MigrationError) as error:
        raise StackError(str(error), exit_code=EXIT_DO_NOT_RETRY) from error


async def _migrate(topology: Topology, secrets: Secrets) -> None:
    from services.kernel.migrate import migrate

    password = secrets.database_password("migrator")
    has_own_timeseries = not topology.is_embedded("TIMESERIES_URL")
    applied = await migrate(
        urls.owner_database_url(topology, secrets),
        urls.timeseries_url(topology, "migrator", password) if has_own_timeseries else None,
        directory=MIGRATIONS,
        on_progress=lambda done: click.echo(f"applied {done.file} ({done.duration_ms} ms)"),
    )
    click.echo(f"the database is up to date, {len(applied)} migrations applied")


async def _reached(url: str) -> None:
    """Wait until the server lets us in: it may be starting or recovering."""
    import asyncpg

    deadline = monotonic() + _REACHED_WITHIN_S
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError) as no:
            if monotonic() > deadline:
                raise StackError(f"PostgreSQL cannot be reached: {no}") from no
            await asyncio.sleep(_RETRY_S)
        except asyncpg.InvalidPasswordError as no:
            raise StackError(
                "PostgreSQL refuses the superuser's password: secrets.env is not of this data",
                exit_code=EXIT_DO_NOT_RETRY,
            ) from no
        else:
            await connection.close()
            return
