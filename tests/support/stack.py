"""A whole stack of the test run's own: `inergize up` in a folder that goes away afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.folders import scratch_folder
from tests.support.valkey import free_port

READY_SECONDS = 120
STOP_SECONDS = 60
CROWDED = {
    "AUTH_REGISTER_ADDRESS_REQUESTS": "100000",
    "AUTH_REGISTER_NETWORK_REQUESTS": "100000",
}
"""Everybody in these tests comes from one address."""
ROOT = Path(__file__).resolve().parents[2]
CLI = (sys.executable, "-m", "stack.cli")


@dataclass
class Stack:
    """A running stack."""

    folder: Path
    addresses: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return self.addresses["INERGIZE_URL"]

    @property
    def target(self) -> str:
        """The edge for gRPC channels."""
        return self.url.removeprefix("http://")

    def inergize(self, *arguments: str) -> str:
        """Run a command against this stack and return what it printed."""
        done = subprocess.run(
            [*CLI, *arguments, "--data-dir", str(self.folder)],
            capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def output(self) -> str:
        """What `up` has printed so far."""
        return (self.folder.parent / "up.log").read_text()


@contextmanager
def running_stack(**environment: str) -> Iterator[Stack]:
    """Start a stack, wait until it is ready, stop it again; nothing is left."""
    parent = scratch_folder("stack")
    folder, port = parent / "data", free_port()
    with (parent / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [*CLI, "up", "--data-dir", str(folder), "--port", str(port)],
            stdout=log, stderr=log, cwd=ROOT, env={**os.environ, **CROWDED, **environment},
            start_new_session=True,
        )  # fmt: skip
    try:
        _wait_until_ready(process, parent / "up.log", f"http://127.0.0.1:{port}/healthz")
        yield Stack(folder, _addresses(folder), process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=STOP_SECONDS)
        shutil.rmtree(parent)


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path, url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while "ready" not in log.read_text() or not _answers(url):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _addresses(folder: Path) -> dict[str, str]:
    command = [*CLI, "env", "--data-dir", str(folder)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)


@dataclass
class User:
    """A verified, signed-in user of a running stack."""

    email: str
    user_id: str
    token: str
    refresh_token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    @property
    def metadata(self) -> list[tuple[str, str]]:
        return list(self.headers.items())


def as_json(reply: httpx.Response) -> Any:
    assert reply.headers.get("content-type", "").startswith("application/json"), reply.text
    return reply.json()
