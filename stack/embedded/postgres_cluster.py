"""The files of one PostgreSQL cluster: made whole or not at all, recognised, tidied."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import psutil

from stack.embedded.postgres_user import PostgresUser
from stack.errors import EXIT_DO_NOT_RETRY, StackError

MAJOR_VERSION = "18"
_POLL_S = 0.02


def check(cluster: Path) -> bool:
    """Whether there is a cluster that this version can open; False when there is none at all.

    Raises StackError for another major version and for a folder that is no whole cluster.
    """
    if not cluster.exists() or not any(cluster.iterdir()):
        return False
    found = _version(cluster)
    if found is None or not (cluster / "global" / "pg_control").exists():
        message = (
            f"{cluster} is not a whole PostgreSQL data directory; restore it from a copy,"
            " or remove it to start without its data"
        )
        raise StackError(message, exit_code=EXIT_DO_NOT_RETRY)
    if found != MAJOR_VERSION:
        message = (
            f"{cluster} was made by PostgreSQL {found}, this is {MAJOR_VERSION}:"
            " move the data over with pg_dump, or choose another --data-dir"
        )
        raise StackError(message, exit_code=EXIT_DO_NOT_RETRY)
    return True


def initialise(cluster: Path, binaries: Path, user: PostgresUser, password: str) -> None:
    """Make a new cluster whose superuser `postgres` has this password.

    It is made beside its place and then moved: a crash on the way leaves no half cluster.
    """
    _remove_abandoned(cluster)
    folder = Path(tempfile.mkdtemp(dir=cluster.parent, prefix=f"{cluster.name}.new-"))
    try:
        user.take_over(folder)
        _initdb(folder, binaries, user, password)
        _include_settings(folder)
        if cluster.exists():
            cluster.rmdir()
        folder.rename(cluster)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def remove_leftovers(cluster: Path) -> None:
    """End every server process that still uses the cluster, then drop its pid file.

    Call only while holding the lock of the data directory.
    """
    if _signal_all(cluster, signal.SIGQUIT, wait_s=5.0):
        _signal_all(cluster, signal.SIGKILL, wait_s=5.0)
    # The pid in it may by now belong to a stranger, for which PostgreSQL would refuse to start.
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _version(cluster: Path) -> str | None:
    try:
        return (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _remove_abandoned(cluster: Path) -> None:
    for folder in cluster.parent.glob(f"{cluster.name}.new-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _initdb(folder: Path, binaries: Path, user: PostgresUser, password: str) -> None:
    with _readable_secret(password) as descriptor:
        user.take_over_open(descriptor)
        command = [
            str(binaries / "initdb"),
            f"--pgdata={folder}",
            "--username=postgres",
            "--auth=scram-sha-256",
            f"--pwfile=/dev/fd/{descriptor}",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ]
        result = subprocess.run(
            user.wrap(command),
            pass_fds=(descriptor,),
            preexec_fn=user.enter,
            capture_output=True,
            text=True,
            check=False,
        )
    if result.returncode != 0:
        reason = " ".join((result.stderr.strip() or result.stdout.strip()).split())
        message = f"initdb could not make {folder.parent / 'postgres'}: {reason}"
        raise StackError(message)


class _readable_secret:  # noqa: N801 - used like a function
    """A pipe that holds the secret: it is on no command line and in no file."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __enter__(self) -> int:
        self._reading, writing = os.pipe()
        os.write(writing, self._secret.encode() + b"\n")
        os.close(writing)
        return self._reading

    def __exit__(self, *_: object) -> None:
        os.close(self._reading)


def _include_settings(folder: Path) -> None:
    with (folder / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude 'inergize.conf'\n")


def _signal_all(cluster: Path, number: signal.Signals, *, wait_s: float) -> bool:
    """Signal every process of the cluster; whether any is left after `wait_s`."""
    for process in _processes_of(cluster):
        _quietly(lambda found=process: found.send_signal(number))  # type: ignore[misc]
    deadline = monotonic() + wait_s
    while any(_processes_of(cluster)):
        if monotonic() > deadline:
            return True
        sleep(_POLL_S)
    return False


def _processes_of(cluster: Path) -> Iterator[psutil.Process]:
    """Server processes that run in the cluster's folder, whoever their parent is now."""
    own = os.getpid()
    for process in psutil.process_iter(["pid", "name", "status"]):
        if process.pid == own or process.info["name"] != "postgres":
            continue
        if process.info["status"] != psutil.STATUS_ZOMBIE and _works_in(process, cluster):
            yield process


def _works_in(process: psutil.Process, cluster: Path) -> bool:
    try:
        return Path(process.cwd()) == cluster.resolve()
    except psutil.Error:
        return False


def _quietly(action: Callable[[], None]) -> None:
    try:
        action()
    except psutil.Error:
        return
