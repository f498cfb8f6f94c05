"""A stack of the benchmark's own, started as a user starts one: `inergize up`."""

import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.children import check_alive, running
from bench.errors import BenchError
from stack.data_dir import DataDir
from stack.errors import StackError
from stack.exported import exported
from stack.ports import free_ports
from stack.processes import end_recorded
from stack.secrets import Secrets, load
from stack.status import read_status
from stack.topology import Topology

COMMAND = (sys.executable, "-m", "stack.cli", "up")
READY_SECONDS = 120.0
STOP_SECONDS = 90.0
POLL_SECONDS = 0.1
# The token must outlive the longest run, and everybody comes from one address.
SETTINGS = {
    "AUTH_ACCESS_TOKEN_SECONDS": "3600",
    "AUTH_REGISTER_ADDRESS_REQUESTS": "1000000",
    "AUTH_REGISTER_NETWORK_REQUESTS": "1000000",
}


@dataclass(frozen=True, slots=True)
class OwnStack:
    """The running stack."""

    topology: Topology
    secrets: Secrets

    def process_ids(self) -> dict[str, int]:
        """Child to process id."""
        children = read_status(DataDir(self.topology.data_dir))["children"]
        return {child["name"]: child["pid"] for child in children if child["pid"]}

    def addresses(self) -> dict[str, str]:
        """What `inergize env` prints."""
        return exported(self.topology, self.secrets)


@contextmanager
def own_stack(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[OwnStack]:
    """Start everything in `folder`, wait until it is ready, and stop it at the end.

    `settings` join the environment. Raises BenchError when it does not get ready.
    """
    data_dir = folder / "data"
    port = next(free_ports(data_dir, set()))
    command = [*COMMAND, "--data-dir", str(data_dir), "--port", str(port)]
    log = folder / "stack.log"
    try:
        with running(
            command,
            log,
            settings={**SETTINGS, **(settings or {})},
            stop_signal=signal.SIGINT,
            stop_seconds=STOP_SECONDS,
        ) as process:
            deadline = time.monotonic() + READY_SECONDS
            while not _is_ready(data_dir):
                check_alive(process, log)
                if time.monotonic() > deadline:
                    raise BenchError(f"the stack was not ready after {READY_SECONDS:.0f} s")
                time.sleep(POLL_SECONDS)
            yield OwnStack(Topology.load(data_dir), load(DataDir(data_dir)))
    finally:
        if data_dir.exists():
            end_recorded(DataDir(data_dir))


def _is_ready(data_dir: Path) -> bool:
    try:
        return bool(read_status(DataDir(data_dir))["is_ready"])
    except StackError:
        return False
