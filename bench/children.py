"""Processes of the benchmark's own: started with a specification, ended whatever happens."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.errors import BenchError

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
"""All that children inherit: no URL in a shell may lead the benchmark to somebody's database."""
STOP_SECONDS = 10.0
LOG_TAIL_BYTES = 2000


@contextmanager
def running(
    command: Sequence[str],
    log: Path,
    *,
    given: str = "",
    settings: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    stop_seconds: float = STOP_SECONDS,
) -> Iterator[subprocess.Popen[str]]:
    """Run a command; `given` is its standard input, `settings` join its environment.

    It has a session of its own: Ctrl-C reaches the benchmark, which then ends it in order.
    """
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**ENVIRONMENT, **(settings or {})},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    try:
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as standard_input:
            standard_input.write(given)
        yield process
    finally:
        _stop(process, stop_signal, stop_seconds)


@contextmanager
def running_module(
    module: str, specification: object, log: Path
) -> Iterator[subprocess.Popen[str]]:
    """Run a module of ours that reads its specification from standard input, secrets included."""
    command = [sys.executable, "-m", module]
    with running(command, log, given=json.dumps(specification)) as process:
        yield process


def check_alive(process: subprocess.Popen[str], log: Path) -> None:
    """Raises BenchError, with the end of its log, when the process has ended."""
    if process.poll() is not None:
        tail = log.read_text(errors="replace")[-LOG_TAIL_BYTES:]
        raise BenchError(f"{log.stem} has ended with {process.returncode}:\n{tail}")


def _stop(process: subprocess.Popen[str], stop_signal: signal.Signals, seconds: float) -> None:
    if process.poll() is not None:
        return
    process.send_signal(stop_signal)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
