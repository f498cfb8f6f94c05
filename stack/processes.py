"""Starting, reaping and signalling child processes: the only code of the stack that forks."""

import json
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic, sleep

import psutil

from stack.child import RESET_SIGNALS, become
from stack.data_dir import DataDir, write_atomically
from stack.program import Program

_POLL_S = 0.02


def start(program: Program, place: DataDir) -> int:
    """Start the program as a child and return its pid.

    Only to be called from a process with one thread and no event loop: the child is a fork
    that keeps every library already imported, in memory shared with its parent.
    """
    parent_pid = os.getpid()
    # A signal that came before the child has let go of our handlers would be lost in them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, RESET_SIGNALS)
    try:
        pid = os.fork()
        if pid == 0:
            become(program, place.log(program.name), parent_pid)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pid


def reap(pid: int) -> int | None:
    """How the child has ended (exit code, or minus its signal), or None while it lives."""
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status) if ended else None


def describe_end(exit_code: int) -> str:
    """How a child ended, in words."""
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    return f"was killed by {signal_name(-exit_code)}"


def signal_name(number: int) -> str:
    """`SIGKILL` for 9; the number where the system has no name for it."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def send(pid: int, number: signal.Signals) -> None:
    """Signal one process, if it still is there."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def kill_group(pid: int) -> None:
    """Kill a child and whatever it has started: each child leads a process group."""
    send(pid, signal.SIGKILL)
    kill_descendants(pid)


def kill_descendants(pid: int) -> None:
    """Kill what is left of a child's process group, also when the child itself has gone."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def record(place: DataDir, pids: Mapping[str, int]) -> None:
    """Write down who runs, for the next start to tidy up after this one has died."""
    found = {key: {"pid": pid, "started": _start_time(pid)} for key, pid in pids.items()}
    text = json.dumps(found, indent=2) + "\n"
    # After a loss of power none of these processes is left to be tidied up.
    with suppress(OSError):
        write_atomically(place.processes, text, survives_power_loss=False)


def end_recorded(place: DataDir, *, wait_s: float = 5.0) -> list[str]:
    """End what a supervisor that died has left running, by its record; the names of those.

    A pid counts only with its recorded start time: another process may have it by now.
    """
    left = {key: pid for key, (pid, started) in _recorded(place).items() if _lives(pid, started)}
    for pid in left.values():
        send(pid, signal.SIGTERM)
    _wait_gone(place, wait_s)
    for pid, started in _recorded(place).values():
        if _lives(pid, started):
            kill_group(pid)
    _wait_gone(place, wait_s)
    place.processes.unlink(missing_ok=True)
    return sorted(left)


def _wait_gone(place: DataDir, wait_s: float) -> None:
    deadline = monotonic() + wait_s
    while monotonic() < deadline:
        if not any(_lives(*entry) for entry in _recorded(place).values()):
            return
        sleep(_POLL_S)


def _recorded(place: DataDir) -> dict[str, tuple[int, float]]:
    try:
        document = json.loads(place.processes.read_text(encoding="utf-8"))
        return {
            key: (int(entry["pid"]), float(entry["started"])) for key, entry in document.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _start_time(pid: int) -> float:
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0


def _lives(pid: int, started: float) -> bool:
    try:
        process = psutil.Process(pid)
        is_same = abs(process.create_time() - started) < 1.0
        return is_same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
