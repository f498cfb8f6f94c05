"""A real Envoy with the rendered configuration, in front of real gRPC servers."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.kernel import jwt
from stack.embedded.envoy import binary_path
from stack.mesh import EdgePolicy, render_envoy
from stack.topology import Topology, choose_ports
from tests.acceptance.edge.backend import public_part
from tests.support.valkey import free_port

ROOT = Path(__file__).resolve().parents[3]
ORIGIN = "https://app.example"
_KEY = Ed25519PrivateKey.generate()
_READY_SECONDS = 20


@dataclass
class Edge:
    """One running edge and what stands behind it."""

    topology: Topology
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.topology.edge_url

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.topology.edge_port}"

    @property
    def log(self) -> Path:
        return self.topology.data_dir / "envoy.log"

    def start_backend(self, slot: str) -> subprocess.Popen[bytes]:
        """All six services in one slot; returns when they listen."""
        public = public_part(_KEY.public_key().public_bytes_raw())
        name = "tests.acceptance.edge.backend"
        command = [sys.executable, "-m", name, str(self.topology.data_dir), slot, public]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        self.processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"serving\n"
        return process

    def start_envoy(self, policy: EdgePolicy) -> None:
        """Envoy, not necessarily ready."""
        path = self.topology.data_dir / "envoy.yaml"
        path.write_text(render_envoy(self.topology, policy))
        command = [str(binary_path()), "-c", str(path), "--concurrency", "1", "-l", "error"]
        command += ["--disable-hot-restart", "--file-flush-interval-msec", "50"]
        with self.log.open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        self.processes.append(process)

    def wait_until(self, status: int, seconds: float = _READY_SECONDS) -> float:
        """Wait until /healthz answers so; returns how long that took."""
        began = time.monotonic()
        while self._health() != status:
            assert time.monotonic() - began < seconds, self.log.read_text()
            time.sleep(0.02)
        return time.monotonic() - began

    def healthy_endpoints(self, service: str) -> int:
        """How many endpoints of a service Envoy would use now."""
        url = f"http://127.0.0.1:{self.topology.admin_port}/stats"
        name = f"cluster.{service}.membership_healthy"
        line = httpx.get(url, params={"filter": f"^{name}$"}).text
        return int(line.rpartition(":")[2])

    def endpoints_used(self, request_ids: set[str]) -> dict[int, int]:
        """Port to number of calls, once the access log knows all of them; else nothing."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if "{" in line]
        found = [line["upstream"] for line in lines if line["request_id"] in request_ids]
        counted = Counter(int(upstream.rpartition(":")[2]) for upstream in found)
        return dict(counted) if len(found) == len(request_ids) else {}

    def _health(self) -> int:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2, verify=False).status_code
        except httpx.TransportError:
            return 0

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait(10)
            if process.stdout is not None:
                process.stdout.close()


@contextmanager
def running_edge(
    data_dir: Path, policy: EdgePolicy, *, slots: str = "a", **topology: Any
) -> Iterator[Edge]:
    """An edge with its backend in the given slots, ready if there is one."""
    port = free_port()
    ports = choose_ports(data_dir, reserved={port})
    edge = Edge(Topology(data_dir=data_dir, ports=ports, edge_port=port, **topology))
    edge.topology.save()
    try:
        for slot in slots:
            edge.start_backend(slot)
        edge.start_envoy(policy)
        edge.wait_until(200 if slots else 503)
        yield edge
    finally:
        edge.stop()


def token(*, header: dict[str, str] | None = None, **claims: Any) -> str:
    """An access token as Auth would sign it, but for the claims given."""
    now = int(time.time())
    body = {"iss": "inergize", "aud": "inergize", "sub": "u", "iat": now, "exp": now + 600}
    return jwt.sign(_KEY, {"typ": "at+jwt", "kid": "test"} | (header or {}), body | claims)


def bearer(**claims: Any) -> dict[str, str]:
    """The header that signs a user in."""
    return {"authorization": f"Bearer {token(**claims)}"}
