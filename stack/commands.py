"""`inergize bootstrap` and `inergize migrate` against real servers."""

import asyncio

import click

from services.kernel.config import Settings
from stack.database import MIGRATIONS
from stack.errors import StackError
from stack.urls import DATABASE_NAME


def bootstrap_database(admin_url: str, settings: Settings) -> None:
    """Create roles and database as the superuser of `admin_url`; StackError when refused."""
    from asyncpg import PostgresError

    from services.kernel.bootstrap import BootstrapError, bootstrap

    passwords = {
        role: password.get_secret_value() for role, password in settings.database.passwords.items()
    }
    try:
        asyncio.run(bootstrap(admin_url, passwords=passwords, database=DATABASE_NAME))
    except (BootstrapError, PostgresError, OSError) as error:
        raise StackError(f"the database refuses: {error}") from error
    click.echo(f"the database {DATABASE_NAME} and its roles are there")


def migrate_database(settings: Settings) -> None:
    """Apply what is pending to DATABASE_URL and TIMESERIES_URL; StackError when that fails."""
    from services.kernel.migrate import MigrationError, migrate

    if settings.database.url is None:
        raise StackError("DATABASE_URL is not set")
    timeseries = settings.timeseries.url
    try:
        applied = asyncio.run(
            migrate(
                settings.database.url.get_secret_value(),
                timeseries.get_secret_value() if timeseries else None,
                directory=MIGRATIONS,
                on_progress=lambda done: click.echo(f"applied {done.file} ({done.duration_ms} ms)"),
            )
        )
    except MigrationError as error:
        raise StackError(str(error)) from error
    click.echo(f"{len(applied)} migrations applied" if applied else "nothing to apply")
