"""Single parts of the product, each run in this process with settings from the environment."""

import click

from stack.cli_shared import read_settings
from stack.names import QUEUES, SERVICES


@click.command()
@click.argument("services", nargs=-1, required=True, type=click.Choice(SERVICES))
def serve(services: tuple[str, ...]) -> None:
    """Serve one or more services in this process.

    Settings come from the environment.
    """
    from services.main import serve as serve_services

    serve_services(list(services))


@click.command()
@click.argument("queues", nargs=-1, type=click.Choice(QUEUES))
def work(queues: tuple[str, ...]) -> None:
    """Run one worker process on these queues, or all.

    Settings come from the environment.
    """
    from workers.main import work as work_on

    work_on(list(queues or QUEUES))


@click.command()
def schedule() -> None:
    """Run one scheduler, beside others or alone."""
    from workers.scheduler import schedule as run_scheduler

    run_scheduler()


@click.command()
def pipeline() -> None:
    """Run one consumer of the event stream; several share it."""
    from services.analytics.pipeline import run

    run()


@click.command()
@click.option(
    "--admin-url",
    envvar="DATABASE_ADMIN_URL",
    required=True,
    help="DSN of a superuser. [environment: DATABASE_ADMIN_URL]",
)
def bootstrap(admin_url: str) -> None:
    """Create roles and database on a real server.

    Passwords come from DATABASE_PASSWORDS: a JSON object by role (migrator, auth, profile,
    content, automation, safety, analytics). Repeating it is harmless; `up` does it by itself.
    """
    from stack.commands import bootstrap_database

    bootstrap_database(admin_url, read_settings())


@click.command()
def migrate() -> None:
    """Apply pending migrations to DATABASE_URL.

    That is the owner's URL; `up` does it by itself.
    """
    from stack.commands import migrate_database

    migrate_database(read_settings())
