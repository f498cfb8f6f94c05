"""Making the database ready for the services: roles, schemas, tables; a child of its own."""

import asyncio
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

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
    from services.kernel.config import settings

    place = DataDir(Path(data_dir))
    secrets = load(place).with_database_passwords(
        {role: word.get_secret_value() for role, word in settings().database.passwords.items()}
    )
    asyncio.run(_prepare(Topology.load(place.root), secrets))


async def _prepare(topology: Topology, secrets: Secrets) -> None:
    from services.kernel.migrate import MigrationError

    admin_url = urls.admin_database_url(topology, secrets)
    await _reached(admin_url or urls.owner_database_url(topology, secrets))
    if admin_url is not None:
        await _bootstrap(admin_url, topology, secrets)
    try:
        await _migrate(topology, secrets)
    except MigrationError as error:
        raise StackError(str(error), exit_code=EXIT_DO_NOT_RETRY) from error


async def _bootstrap(admin_url: str, topology: Topology, secrets: Secrets) -> None:
    from asyncpg import InsufficientPrivilegeError

    from services.kernel.bootstrap import BootstrapError, bootstrap

    roles = ("migrator", *SERVICES)
    passwords = {role: secrets.database_password(role) for role in roles}
    try:
        await bootstrap(admin_url, passwords=passwords, database=urls.database_name(topology))
    except BootstrapError as error:
        raise StackError(str(error), exit_code=EXIT_DO_NOT_RETRY) from error
    except InsufficientPrivilegeError as error:
        raise StackError(
            "the role in DATABASE_URL may not create roles: give a superuser's URL, or run"
            f" `inergize bootstrap` and give that of {urls.OWNER} and DATABASE_PASSWORDS",
            exit_code=EXIT_DO_NOT_RETRY,
        ) from error


async def _migrate(topology: Topology, secrets: Secrets) -> None:
    from services.kernel.migrate import migrate

    applied = await migrate(
        urls.owner_database_url(topology, secrets),
        topology.external.get("TIMESERIES_URL"),
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
                reason = str(no) or "it does not answer"
                raise StackError(f"PostgreSQL cannot be reached: {reason}") from no
            await asyncio.sleep(_RETRY_S)
        except asyncpg.InvalidPasswordError as no:
            raise StackError(
                f"PostgreSQL refuses the password of {urlsplit(url).username}",
                exit_code=EXIT_DO_NOT_RETRY,
            ) from no
        else:
            await connection.close()
            return
