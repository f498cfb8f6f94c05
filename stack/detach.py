"""Starting the supervisor in the background, and staying until the stack is ready."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from stack.errors import StackError
from stack.progress import Reporter

_READY_MARK = "running in the background"

Supervise = Callable[[Reporter, Callable[[], None]], int]
"""Runs a stack, telling the reporter, and calls back once it is ready; returns the exit code."""


def run_detached(journal: Path, supervise: Supervise) -> int:
    """Supervise in a process of its own session; returns when the stack is ready or has failed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _supervise_in_background(writing, journal, supervise)
    os.close(writing)
    is_ready = False
    with os.fdopen(reading, encoding="utf-8") as told:
        for line in told:
            is_ready = line.startswith(_READY_MARK)
            sys.stdout.write(line)
            sys.stdout.flush()
    # The pipe closes when the stack is ready, and also when its supervisor has ended: then
    # its exit code is there at once, or it has said that it goes on.
    return 0 if is_ready else os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _supervise_in_background(writing: int, journal: Path, supervise: Supervise) -> None:
    exit_code = 1
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        with os.fdopen(writing, "w", encoding="utf-8") as terminal:
            reporter = Reporter(journal, terminal)

            def let_go() -> None:
                reporter.say(f"{_READY_MARK} as process {os.getpid()}; `inergize down` stops it")
                reporter.leave_terminal()
                terminal.close()

            try:
                exit_code = supervise(reporter, let_go)
            except StackError as error:
                reporter.say(f"error: {error}")
                exit_code = error.exit_code
    finally:
        os._exit(exit_code)
