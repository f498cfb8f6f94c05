"""What is measured, and what was seen."""

from collections.abc import Mapping
from dataclasses import dataclass

OURS, BARE_GRPC, FASTAPI = "inergize", "bare grpc.aio", "fastapi"


@dataclass(frozen=True, slots=True)
class Target:
    """The one read that everybody answers."""

    user_id: str
    content_id: str
    token: str
    """An access token of that user, good for the whole run."""

    @property
    def path(self) -> str:
        """Its REST path."""
        return f"/v1/content/{self.content_id}"


@dataclass(frozen=True, slots=True)
class Subject:
    """One way of answering the read: its edge, and the processes that take part."""

    name: str
    port: int
    """Of its Envoy, on loopback."""
    processes: Mapping[str, int]
    """Part (`envoy`, `service`, `postgres`, `valkey`) to process id; children count with it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float
    """Length of one subject's turn in a round, after its warm-up."""
    warmup_seconds: float
    connections: int
    """Clients that each send the next request when the last is answered."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the load generator saw in one turn."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu_seconds: float
    """Processor time of the generator itself."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One subject's figures in one round."""

    requests: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_micros: Mapping[str, float]
    """Part to its processor time for one request, in microseconds."""


Turns = Mapping[str, list[Turn]]
"""Subject to its turns, one a round, in order."""
