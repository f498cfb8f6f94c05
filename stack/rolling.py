"""Restarting one part of a running stack; a service without losing a request."""

from collections.abc import Callable
from time import monotonic

from stack.children import Child, State
from stack.control import Reply
from stack.names import SERVICES
from stack.program import Program
from stack.supervisor import Supervisor, Task
from stack.topology import SLOTS

_READY_WITHIN_S = 30.0
_NOTICED_WITHIN_S = 10.0

MakeService = Callable[[str, str], Program]
"""The program of a service (by name) in a slot."""
HasNoticed = Callable[[Program], bool]
"""Whether Envoy sends requests to this program."""


def restart(
    supervisor: Supervisor, name: str, make: MakeService, has_noticed: HasNoticed, reply: Reply
) -> Task:
    """Restart the named child: a service in its other slot first, anything else in its place."""
    if name in SERVICES:
        return _roll(supervisor, name, make, has_noticed, reply)
    return _restart_in_place(supervisor, supervisor.named(name)[0], reply)


def _roll(
    supervisor: Supervisor, name: str, make: MakeService, has_noticed: HasNoticed, reply: Reply
) -> Task:
    """Start the new one, wait until Envoy uses it, then let the old one drain and end."""
    old = supervisor.named(name)[0]
    new = supervisor.add(make(name, _other(old.program.slot)))
    reply.say(f"{name}: starting in slot {new.program.slot}")
    yield from _until(lambda: new.state is State.READY, _READY_WITHIN_S)
    if new.state is not State.READY:
        yield from _give_up(supervisor, new, reply)
        return
    yield from _until(lambda: has_noticed(new.program), _NOTICED_WITHIN_S)
    reply.say(f"{name}: serving in slot {new.program.slot}, draining slot {old.program.slot}")
    supervisor.ask_to_end(old)
    while old.pid:
        yield
    supervisor.remove(old)
    supervisor.reporter.say(f"restarted {name} (asked for), now in slot {new.program.slot}")
    reply.finish(slot=new.program.slot, pid=new.pid)


def _give_up(supervisor: Supervisor, new: Child, reply: Reply) -> Task:
    """End the new one; the old one has never stopped serving."""
    supervisor.ask_to_end(new)
    while new.pid:
        yield
    supervisor.remove(new)
    log = supervisor.place.log(new.name)
    reply.refuse(f"the new {new.name} did not get ready and was ended; the old one serves ({log})")


def _restart_in_place(supervisor: Supervisor, child: Child, reply: Reply) -> Task:
    reply.say(f"{child.name}: stopping")
    supervisor.ask_to_end(child, start_again=True)
    yield from _until(
        lambda: child.state is State.READY, child.program.stop_timeout_s + _READY_WITHIN_S
    )
    if child.state is not State.READY:
        reply.refuse(f"{child.name} is {child.state} and not ready after its restart")
        return
    supervisor.reporter.say(f"restarted {child.name} (asked for)")
    reply.finish(pid=child.pid)


def _until(is_so: Callable[[], bool], within_s: float) -> Task:
    deadline = monotonic() + within_s
    while not is_so() and monotonic() < deadline:
        yield


def _other(slot: str) -> str:
    first, second = SLOTS
    return second if slot == first else first
