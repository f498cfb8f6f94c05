"""A stack under test: started as a process of its own, asked as a user would ask it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from stack.data_dir import DataDir
from stack.ports import LOOPBACK, is_free
from stack.status import read_status

ROOT = Path(__file__).resolve().parents[3]
READY_SECONDS = 60.0


def wait_until(is_so: Callable[[], bool], what: str, *, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def free_edge_port() -> int:
    """Below the stacks' own ports and those of outgoing connections; differs by process."""
    start = 11_000 + os.getpid() % 4_000
    return next(port for port in range(start, start + 4_000) if is_free(port))


def inergize(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass
class Stack:
    """One data directory and the supervisor that runs on it."""

    data_dir: Path
    port: int
    services: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the supervisor; what it prints goes to `output`."""
        command = [sys.executable, "-m", "tests.acceptance.stack.run_dummies"]
        extra = [self.services] if self.services else []
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, str(self.data_dir), str(self.port), *extra],
                cwd=ROOT,
                env=os.environ | self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> Path:
        return self.data_dir.with_suffix(".out")

    def printed(self) -> str:
        return self.output.read_text()

    def wait_ready(self) -> None:
        wait_until(self._is_ready_or_over, "the stack is ready", seconds=READY_SECONDS)
        assert self.process is not None
        assert self.process.poll() is None, self.printed()

    def _is_ready_or_over(self) -> bool:
        assert self.process is not None
        is_ready = "InErgize is ready" in self.printed()
        return is_ready or self.process.poll() is not None

    def wait_end(self, seconds: float = 40.0) -> int:
        assert self.process is not None
        return self.process.wait(timeout=seconds)

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return inergize(command, *arguments, "--data-dir", str(self.data_dir))

    def status(self) -> dict[str, Any]:
        return read_status(DataDir(self.data_dir))

    def child(self, name: str) -> dict[str, Any]:
        return next(child for child in self.status()["children"] if child["name"] == name)

    def kill(self, name: str) -> dict[str, Any]:
        """Kill a child with -9 and wait until it is ready again; how it was before."""
        before = self.child(name)
        os.kill(before["pid"], signal.SIGKILL)
        wait_until(lambda: self._is_back(before), f"{name} is back")
        return before

    def _is_back(self, before: dict[str, Any]) -> bool:
        now = self.child(before["name"])
        return bool(now["state"] == "ready" and now["pid"] != before["pid"])

    def addresses(self) -> dict[str, str]:
        lines = self.run("env").stdout.splitlines()
        return dict(line.split("=", 1) for line in lines)

    def processes(self) -> list[psutil.Process]:
        """The supervisor and everything it has started."""
        assert self.process is not None
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def stop(self) -> None:
        """End it, however it is."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=10)


@contextmanager
def new_stack(folder: Path, services: str | None = None, **environment: str) -> Iterator[Stack]:
    """A stack that is started and whose end is seen to."""
    stack = Stack(folder / "data", free_edge_port(), services, environment)
    stack.start()
    try:
        yield stack
    finally:
        stack.stop()


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(
        process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes
    )


def edge_url(stack: Stack) -> str:
    return f"http://{LOOPBACK}:{stack.port}"
