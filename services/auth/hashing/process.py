"""A hashing process, seen from the service: asked by one thread at a time, which waits.

Why a process and not a thread: docs/decisions/0097-a-flood-of-sign-ins.md
"""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from services.kernel.errors import Unavailable

WORKER = Path(__file__).with_name("worker.py")
STOP_SECONDS = 5.0


class HashProcess:
    """Starts its process when it is first asked, and again when that has died."""

    def __init__(self, memory_kib: int) -> None:
        self._command = [sys.executable, "-I", str(WORKER), str(memory_kib)]
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    @property
    def process_id(self) -> int | None:
        """The process that was asked last; None before the first question."""
        return self._process.pid if self._process else None

    def ask(self, *request: object) -> Any:
        """The answer to a request of worker.py. Raises Unavailable when the process dies twice."""
        line = json.dumps(request).encode() + b"\n"
        try:
            return self._once(line)
        except (OSError, ValueError):
            self._start_anew()
        try:
            return self._once(line)
        except (OSError, ValueError):
            raise Unavailable from None

    def close(self) -> None:
        """End the process; whoever waits for it gets Unavailable."""
        self._is_closed = True
        self._end()

    def _start_anew(self) -> None:
        self._end()
        if self._is_closed:
            raise Unavailable
        # A session of its own: the kernel may share a machine out by sessions, and what it gives
        # to hashing must not be taken from the service's own share. It inherits no secret.
        self._process = subprocess.Popen(  # noqa: S603 - a program of ours, and a number
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={},
            start_new_session=True,
        )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait(STOP_SECONDS)
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what was not written yet has nowhere to go
                if pipe is not None:
                    pipe.close()

    def _once(self, line: bytes) -> Any:
        """Raises OSError or ValueError when there is no process, or it dies."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise OSError("not started")
        process.stdin.write(line)
        process.stdin.flush()
        return json.loads(process.stdout.readline())
