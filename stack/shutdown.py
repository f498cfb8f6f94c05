"""The orderly end of a stack: first what takes work in, last what keeps data."""

from collections.abc import Callable
from time import monotonic

from stack import processes
from stack.children import Child
from stack.names import SERVICES
from stack.supervisor import Supervisor, Task

PHASES: tuple[frozenset[str], ...] = (
    frozenset({"scheduler", "workers", "pipeline", "database"}),
    frozenset(SERVICES),
    # After the services: what they were still answering had come, and leaves, through it.
    frozenset({"envoy"}),
    frozenset({"mail", "linkedin", "sms", "s3"}),
)
"""Everything that is in no phase (the databases) stops after all of them."""

_EDGE_DRAIN_S = 5.0


def stop_all(
    supervisor: Supervisor,
    close_edge: Callable[[], None],
    requests_in_flight: Callable[[], int],
) -> Task:
    """Close the edge, let requests finish, then stop phase by phase, each child within its time.

    Asking for a stop a second time kills what is left.
    """
    supervisor.is_stopping = True
    asked = supervisor.wakeups.stops_asked
    if any(child.pid for child in supervisor.named("envoy")):
        close_edge()
        deadline = monotonic() + _EDGE_DRAIN_S
        while (
            requests_in_flight() and monotonic() < deadline and not _is_hurried(supervisor, asked)
        ):
            yield
    in_phases = frozenset().union(*PHASES)
    last = frozenset(child.name for child in supervisor.children.values()) - in_phases
    for phase in (*PHASES, last):
        yield from _stop_phase(supervisor, phase, asked)


def _stop_phase(supervisor: Supervisor, names: frozenset[str], asked: int) -> Task:
    ending = [child for child in supervisor.children.values() if child.name in names]
    for child in ending:
        supervisor.ask_to_end(child)
    while any(child.pid for child in ending):
        if _is_hurried(supervisor, asked):
            _kill(ending)
        yield


def _is_hurried(supervisor: Supervisor, asked: int) -> bool:
    return supervisor.wakeups.stops_asked > max(asked, 1)


def _kill(children: list[Child]) -> None:
    for child in children:
        if child.pid:
            processes.kill_group(child.pid)
