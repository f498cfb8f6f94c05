"""Which address everything has: chosen once, recorded, kept for the next start."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from stack.data_dir import DataDir, write_atomically
from stack.errors import StackError
from stack.names import BACKGROUND, SERVICES
from stack.ports import LOOPBACK, Claim, claim_block

SLOTS = ("a", "b")
DEFAULT_EDGE_PORT = 8080
_REACHED_AT = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104
"""Where a client on this machine finds what listens on every address."""
_SINGLE_PORTS = (
    "admin",
    "mesh",
    "jwks",
    "postgres",
    "redis",
    "broker",
    "s3",
    "mail_smtp",
    "mail_http",
    "linkedin",
    "sms",
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One place where a service may listen: gRPC, and HTTP for metrics and health."""

    grpc_port: int
    metrics_port: int


@dataclass(frozen=True, slots=True)
class Topology:
    """One running stack, as addresses. Everything but the edge listens on loopback only."""

    data_dir: Path
    ports: Mapping[str, int]
    """Every port but the edge's, by name; the properties below are how they are read."""
    edge_host: str = LOOPBACK
    edge_port: int = DEFAULT_EDGE_PORT
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    external: Mapping[str, str] = field(default_factory=dict)
    """URLs of real servers, by environment name, which replace the embedded ones."""

    def endpoint(self, service: str, slot: str) -> Endpoint:
        """Where the service listens in slot `a` (usual) or `b` (during a rolling restart)."""
        return Endpoint(
            grpc_port=self.ports[f"{service}.{slot}.grpc"],
            metrics_port=self.ports[f"{service}.{slot}.metrics"],
        )

    def endpoints(self, service: str) -> tuple[Endpoint, Endpoint]:
        """Both places of the service; at rest only the first answers."""
        first, second = SLOTS
        return self.endpoint(service, first), self.endpoint(service, second)

    def metrics_port(self, background: str) -> int:
        """The HTTP port of the workers, the scheduler or the pipeline."""
        return self.ports[f"{background}.metrics"]

    @property
    def admin_port(self) -> int:
        """Envoy's administration, which can stop it: loopback only, for the supervisor."""
        return self.ports["admin"]

    @property
    def mesh_port(self) -> int:
        """Envoy's listener for calls between services."""
        return self.ports["mesh"]

    @property
    def jwks_port(self) -> int:
        """Envoy's own listener that hands it the public JWT keys."""
        return self.ports["jwks"]

    @property
    def edge_url(self) -> str:
        """What a client on this machine calls."""
        scheme = "https" if self.tls_certificate else "http"
        host = _REACHED_AT.get(self.edge_host, self.edge_host)
        address = f"[{host}]" if ":" in host else host
        return f"{scheme}://{address}:{self.edge_port}"

    def is_embedded(self, variable: str) -> bool:
        """Whether the stack runs the server behind this URL itself."""
        return variable not in self.external

    def save(self) -> None:
        """Record this topology in its data directory."""
        document = {
            "version": 1,
            "edge_host": self.edge_host,
            "edge_port": self.edge_port,
            "tls_certificate": str(self.tls_certificate) if self.tls_certificate else None,
            "tls_key": str(self.tls_key) if self.tls_key else None,
            "external": dict(self.external),
            "ports": dict(self.ports),
        }
        path = DataDir(self.data_dir).topology
        write_atomically(path, json.dumps(document, indent=2) + "\n")

    @classmethod
    def load(cls, data_dir: Path) -> Self:
        """The topology recorded in `data_dir`; StackError when there is none to be read."""
        document = _read(DataDir(data_dir).topology)
        if document is None:
            message = f"nothing was ever started in {data_dir}; run `inergize up` first"
            raise StackError(message)
        return cls(
            data_dir=data_dir,
            ports=document["ports"],
            edge_host=document["edge_host"],
            edge_port=document["edge_port"],
            tls_certificate=_path(document["tls_certificate"]),
            tls_key=_path(document["tls_key"]),
            external=document["external"],
        )


def claim_ports(data_dir: Path, *, reserved: set[int]) -> Claim:
    """A free port for every name, the recorded one where it is still free; ours until released.

    `reserved` ports (the edge's) are never given out.
    """
    return claim_block(data_dir, _port_names(), recorded_ports(data_dir), reserved)


def choose_ports(data_dir: Path, *, reserved: set[int]) -> dict[str, int]:
    """The same ports, unclaimed: for somebody who binds all of them at once."""
    with claim_ports(data_dir, reserved=reserved) as claim:
        return dict(claim.ports)


def recorded_ports(data_dir: Path) -> dict[str, int]:
    """The ports of the last start; none before the first."""
    document = _read(DataDir(data_dir).topology)
    return dict(document["ports"]) if document else {}


def _port_names() -> list[str]:
    services = [
        f"{service}.{slot}.{kind}"
        for service in SERVICES
        for slot in SLOTS
        for kind in ("grpc", "metrics")
    ]
    return [*_SINGLE_PORTS, *services, *(f"{name}.metrics" for name in BACKGROUND)]


def _read(path: Path) -> dict[str, Any] | None:
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _check(document)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        message = f"{path} cannot be read ({error}); remove it and its ports are chosen anew"
        raise StackError(message) from error
    return document


def _check(document: dict[str, Any]) -> None:
    if document["version"] != 1:
        message = f"its version is {document['version']}, not 1"
        raise ValueError(message)
    if not all(isinstance(port, int) for port in document["ports"].values()):
        message = "a port is not a number"
        raise ValueError(message)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
