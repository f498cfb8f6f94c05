"""The first steps of a child after the fork, until its own code runs."""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from stack.errors import StackError
from stack.program import Argument, Program

IS_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
RESET_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
"""The parent's: blocked around the fork, until in the child they do what they usually do."""
_EXIT_ORPHANED = 125
# Found before the fork: a forked child should not have to load anything to set itself up.
_LIBC = ctypes.CDLL(None) if IS_LINUX else None


def become(program: Program, log: Path, parent_pid: int) -> NoReturn:
    """Turn this freshly forked process into the program; never returns to the parent's code."""
    exit_code = 1
    try:
        _leave_parent(program, parent_pid)
        _redirect_output(log)
        _replace_environment(program)
        if IS_LINUX:
            exit_code = call(program.target, program.arguments)
        else:
            # macOS forbids most of its libraries after a fork, so Python starts afresh there.
            spec = json.dumps([program.target, program.arguments])
            os.execve(sys.executable, [sys.executable, "-m", "stack.child", spec], os.environ)  # noqa: S606
    except KeyboardInterrupt:
        # Asked to end before it had begun.
        exit_code = 128 + signal.SIGINT
    except BaseException:  # noqa: BLE001 - nothing may unwind into the supervisor's frames
        traceback.print_exc()
    finally:
        _flush()
        os._exit(exit_code)


def call(target: str, arguments: tuple[Argument, ...]) -> int:
    """Run `package.module:function`; returns the exit code its end stands for."""
    module, _, function = target.partition(":")
    try:
        getattr(importlib.import_module(module), function)(*arguments)
    except SystemExit as end:
        return _exit_code(end)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except Exception:  # noqa: BLE001 - the log must hold the reason, whatever it is
        traceback.print_exc()
        return 1
    return 0


def _exit_code(end: SystemExit) -> int:
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code
    sys.stderr.write(f"{end.code}\n")
    return 1


def _leave_parent(program: Program, parent_pid: int) -> None:
    """Cut what ties a fork to its parent: terminal, signals, descriptors; not its death."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in RESET_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A client that hangs up is an error for one write, never the end of a server. The programs
    # that take this process's place inherit it, and ignore the signal anyway.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.closerange(3, os.sysconf("SC_OPEN_MAX") if os.sysconf("SC_OPEN_MAX") > 0 else 65_536)
    gc.enable()
    die_with_parent(program.orphan_signal)
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_NAME, f"inergize-{program.name}"[:15].encode(), 0, 0, 0)
    if os.getppid() != parent_pid:
        # The supervisor died before the signal was asked for; it will never come.
        os._exit(_EXIT_ORPHANED)


def die_with_parent(number: signal.Signals) -> None:
    """Ask the kernel to send this signal when the parent dies; it forgets on a change of user."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def _redirect_output(log: Path) -> None:
    # Appending writes stay whole and find the end again after the file was cut short.
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(nothing)
    os.close(output)
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115


def _replace_environment(program: Program) -> None:
    os.environ.clear()
    os.environ.update(program.environment)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()


def main() -> None:
    """Entry of a child that was started afresh instead of forked."""
    target, arguments = json.loads(sys.argv[1])
    sys.exit(call(target, tuple(arguments)))


if __name__ == "__main__":
    main()
