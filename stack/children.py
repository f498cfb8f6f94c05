"""One supervised child: what it is doing now, and since when."""

from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic
from typing import Any

from stack.backoff import Backoff
from stack.program import Program


class State(StrEnum):
    """What a child is doing, in the word that `status` shows."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    NOT_ANSWERING = "not answering"
    BACKING_OFF = "crashed"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


SATISFIED = frozenset({State.READY, State.DONE})


@dataclass(slots=True)
class Child:
    """A program and its process. Times are `time.monotonic()` seconds."""

    program: Program
    state: State = State.WAITING
    pid: int | None = None
    started_at: float = 0.0
    ready_at: float | None = None
    start_due_at: float = 0.0
    probe_due_at: float = 0.0
    kill_due_at: float = 0.0
    restarts: int = 0
    last_end: str = ""
    is_wanted_again: bool = False
    """Starts again once its stop is complete: a restart that somebody asked for."""
    backoff: Backoff = field(default_factory=Backoff)

    @property
    def name(self) -> str:
        """What people call it."""
        return self.program.name

    @property
    def key(self) -> str:
        """What tells it from the same service in the other slot."""
        return self.program.key

    def began(self, pid: int) -> None:
        """It has a process."""
        self.pid = pid
        self.state = State.STARTING
        self.started_at = monotonic()
        self.ready_at = None
        self.probe_due_at = self.started_at

    def became_ready(self) -> None:
        """It serves."""
        self.state = State.READY
        if self.ready_at is None:
            self.ready_at = monotonic()

    def crashed(self, end: str) -> None:
        """Its process has ended unasked; it starts again after a while."""
        ready_for_s = monotonic() - self.ready_at if self.ready_at else 0.0
        self.pid = None
        self.last_end = end
        self.state = State.BACKING_OFF
        self.start_due_at = monotonic() + self.backoff.after_crash(ready_for_s)

    def ended_for_good(self, state: State) -> None:
        """Its process has ended and no new one is due, unless a restart was asked for."""
        self.pid = None
        self.state = State.WAITING if self.is_wanted_again else state
        self.is_wanted_again = False
        self.start_due_at = monotonic()

    def seconds_to_ready(self) -> float:
        """How long its last start took."""
        return (self.ready_at or monotonic()) - self.started_at

    def describe(self) -> dict[str, Any]:
        """What `status` shows of it."""
        return {
            "name": self.name,
            "slot": self.program.slot,
            "state": str(self.state),
            "pid": self.pid,
            "ports": list(self.program.ports),
            "restarts": self.restarts,
            "uptime_seconds": round(monotonic() - self.started_at, 1) if self.pid else None,
            "last_end": self.last_end,
        }
