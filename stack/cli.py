"""The command line: `inergize …`. Each command loads what it needs when it runs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stack.cli_accounts import admin
from stack.cli_doctor import doctor
from stack.cli_keys import keys
from stack.cli_parts import bootstrap, migrate, pipeline, schedule, serve, work
from stack.cli_sandbox import sandbox
from stack.cli_shared import data_dir_option, place_of, read_settings
from stack.cli_users import user
from stack.errors import StackError

if TYPE_CHECKING:
    from stack.data_dir import DataDir
    from stack.up import Options

_DOWN_TIMEOUT_S = 150.0
_RESTART_TIMEOUT_S = 120.0


class _Commands(click.Group):
    """Tells what the user has to change in one line, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """See click."""
        try:
            return super().invoke(ctx)
        except StackError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(error.exit_code)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are written here, which is the order of use."""
        del ctx
        return list(self.commands)


_HANDED_ON = {"ignore_unknown_options": True, "help_option_names": []}
"""For commands that read their options, and explain them, by themselves."""


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="inergize")
def main() -> None:
    """InErgize on one machine: start it, look at it, stop it; or run single parts of it."""


@main.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8080,
    show_default=True,
    help="Where the edge listens. The other ports are chosen free and recorded.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address the edge listens on; everything else stays on loopback.",
)
@data_dir_option
@click.option("--detach", is_flag=True, help="Return once all is ready; it runs on.")
@click.option("--tls-cert", type=click.Path(path_type=Path), help="Serve HTTPS: the chain, PEM.")
@click.option("--tls-key", type=click.Path(path_type=Path), help="Serve HTTPS: its key, PEM.")
def up(  # noqa: PLR0917 - click hands every option over
    port: int,
    host: str,
    data_dir: Path | None,
    detach: bool,  # noqa: FBT001 - click hands flags over so
    tls_cert: Path | None,
    tls_key: Path | None,
) -> None:
    """Start everything and watch over it until Ctrl-C.

    Databases, object storage, mail, SMS and LinkedIn are embedded or simulated, each unless its
    URL is set (DATABASE_URL, REDIS_URL, BROKER_URL, S3_URL, MAIL_SMTP_URL, LINKEDIN_OAUTH_URL with
    LINKEDIN_API_URL), or for SMS its provider (SMS_PROVIDER). A part that crashes is started
    again. Data stays in the data directory.
    """
    from stack.given import given_settings
    from stack.up import Options

    settings = read_settings()
    options = Options(
        data_dir=place_of(data_dir).root,
        given=given_settings(settings),
        edge_host=host,
        edge_port=port,
        tls_certificate=tls_cert and tls_cert.absolute(),
        tls_key=tls_key and tls_key.absolute(),
    )
    sys.exit(_detached(options) if detach else _attached(options))


@main.command()
@data_dir_option
def down(data_dir: Path | None) -> None:
    """Stop everything, requests in flight finished; data stays."""
    from stack.control import ask
    from stack.lock import is_held, wait_until_free
    from stack.processes import end_recorded

    place = place_of(data_dir)
    if is_held(place):
        for message in ask(place, "down", timeout_s=_DOWN_TIMEOUT_S):
            click.echo(message.get("line", "stopped"))
        wait_until_free(place)
        return
    left = end_recorded(place) if place.root.exists() else []
    if left:
        click.echo(f"ended what an earlier run had left running: {', '.join(left)}")
    else:
        click.echo(f"nothing is running on {place.root}")


@main.command()
@data_dir_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, memory in bytes.")
def status(data_dir: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """Show what runs: state, ports, memory, restarts."""
    import json

    from stack.status import as_table, read_status

    found = read_status(place_of(data_dir))
    click.echo(json.dumps(found, indent=2) if as_json else as_table(found))


@main.command()
@data_dir_option
@click.option("--shell", is_flag=True, help='For a shell: eval "$(inergize env --shell)"')
def env(data_dir: Path | None, shell: bool) -> None:  # noqa: FBT001
    """Print every address and password, as KEY=value."""
    from stack.exported import as_lines

    values = _addresses(place_of(data_dir))
    click.echo("\n".join(as_lines(values, is_shell=shell)))


@main.command()
@click.argument("name", required=False)
@data_dir_option
@click.option("-f", "--follow", "goes_on", is_flag=True, help="Go on as lines are written.")
@click.option(
    "-n",
    "--lines",
    type=click.IntRange(0),
    default=50,
    show_default=True,
    help="How many of the last lines of each log.",
)
def logs(name: str | None, data_dir: Path | None, goes_on: bool, lines: int) -> None:  # noqa: FBT001
    """Show the log of one part, or of all of them."""
    from stack.show_logs import show

    show(place_of(data_dir), name, lines=lines, goes_on=goes_on)


@main.command()
@click.argument("name")
@data_dir_option
def restart(name: str, data_dir: Path | None) -> None:
    """Restart one part of the running stack.

    A service is started in a second place, gets the requests, and only then is the old one
    asked to finish: no request is lost. Any other part stops and starts in its place.
    """
    from stack.control import ask

    for message in ask(place_of(data_dir), "restart", timeout_s=_RESTART_TIMEOUT_S, name=name):
        click.echo(message.get("line", f"{name}: restarted, now process {message.get('pid')}"))


@main.command()
@click.option("--url", help="The edge. [default: that of the running stack]")
@data_dir_option
def tour(url: str | None, data_dir: Path | None) -> None:
    """Carry one post from registration to published, step by step.

    Needs the stack's own mail sink and LinkedIn sandbox, whose records it reads.
    """
    from stack.lock import is_held
    from stack.topology import Topology
    from stack.tour.main import run

    place = place_of(data_dir)
    addresses = _addresses(place)
    if not is_held(place):
        raise StackError(f"no stack is running on {place.root}; start it with `inergize up`")
    if not addresses["MAILBOX_URL"]:
        raise StackError("the tour reads the mail sink, and this stack sends real mail")
    certificate = None if url else Topology.load(place.root).tls_certificate
    sys.exit(run(addresses | ({"INERGIZE_URL": url} if url else {}), certificate=certificate))


@main.command(context_settings=_HANDED_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def generate(arguments: tuple[str, ...]) -> None:
    """Derive the stubs from the contracts, or only lint these."""
    from stack.generate import main as run_generate

    sys.exit(run_generate(list(arguments)))


@main.command(context_settings=_HANDED_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure our service beside bare baselines, in one run."""
    from bench.main import main as run_bench

    sys.exit(run_bench(list(arguments)))


_PARTS = (serve, work, schedule, pipeline, bootstrap, migrate)
for _command in (*_PARTS, admin, user, keys, doctor, sandbox):
    main.add_command(_command)


def _addresses(place: "DataDir") -> dict[str, str]:
    from stack.exported import exported
    from stack.secrets import load
    from stack.status import current_slots
    from stack.topology import Topology

    return exported(Topology.load(place.root), load(place), current_slots(place))


def _attached(options: "Options") -> int:
    from stack.data_dir import DataDir
    from stack.progress import Reporter
    from stack.up import run

    return run(options, Reporter(DataDir(options.data_dir).journal))


def _detached(options: "Options") -> int:
    from stack.data_dir import DataDir
    from stack.detach import run_detached
    from stack.up import run

    journal = DataDir(options.data_dir).journal
    return run_detached(journal, lambda reporter, on_ready: run(options, reporter, on_ready))


if __name__ == "__main__":
    main()
