"""`inergize up`: from options to a running, watched stack."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from stack import edge, processes, urls
from stack.children import SATISFIED, State
from stack.control import ControlServer, Message, Reply
from stack.data_dir import DataDir
from stack.house import EntryPoints, House
from stack.lock import StackLock
from stack.names import EXTERNAL_URLS, LINKEDIN_URLS, SMS_PROVIDER
from stack.ports import LOOPBACK
from stack.preflight import (
    check_data,
    check_database_url,
    check_edge,
    check_linkedin,
    check_production,
    check_sms,
)
from stack.preload import preload
from stack.program import Program
from stack.progress import Reporter
from stack.rolling import restart
from stack.secrets import load, load_or_create
from stack.shutdown import stop_all
from stack.supervisor import Supervisor, Task
from stack.topology import DEFAULT_EDGE_PORT, Topology, claim_ports, recorded_ports

READY_WITHIN_S = 90.0
_EXTERNAL = (
    *EXTERNAL_URLS,
    *LINKEDIN_URLS,
    "TIMESERIES_URL",
    "LINKEDIN_CLIENT_ID",
    "LINKEDIN_CLIENT_SECRET",
    "LINKEDIN_REDIRECT_URI",
    SMS_PROVIDER,
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user of `up` decides."""

    data_dir: Path
    given: Mapping[str, str]
    """Settings set from outside, by environment name."""
    edge_host: str = LOOPBACK
    edge_port: int = DEFAULT_EDGE_PORT
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    entry_points: EntryPoints = field(default_factory=EntryPoints)


def run(options: Options, reporter: Reporter, on_ready: Callable[[], None] = lambda: None) -> int:
    """Start the stack and watch it until it is stopped; returns the exit code.

    Raises StackError for what the user has to change before it can start.
    """
    place = DataDir(options.data_dir)
    place.create()
    with StackLock(place):
        left = processes.end_recorded(place)
        if left:
            reporter.say(f"ended what an earlier run had left running: {', '.join(left)}")
        with claim_ports(options.data_dir, reserved={options.edge_port}) as claim:
            house = _build(options, place, claim.ports)
            return _Run(house, place, reporter, on_ready).run()


def _build(options: Options, place: DataDir, ports: Mapping[str, int]) -> House:
    topology = _topology(options, ports)
    check_production(topology, options.given)
    check_database_url(topology, options.given)
    check_linkedin(topology)
    check_sms(options.given)
    check_data(place, topology)
    check_edge(topology)
    passwords = json.loads(options.given.get("DATABASE_PASSWORDS", "{}"))
    secrets = load_or_create(place).with_database_passwords(passwords)
    topology.save()
    return House(topology, secrets, options.given, options.entry_points)


def _topology(options: Options, ports: Mapping[str, int]) -> Topology:
    """This start's addresses: our own ports, URLs where they were given."""
    return Topology(
        data_dir=options.data_dir,
        ports=ports,
        edge_host=options.edge_host,
        edge_port=options.edge_port,
        tls_certificate=options.tls_certificate,
        tls_key=options.tls_key,
        external=_external(options),
    )


def _external(options: Options) -> dict[str, str]:
    """The given URLs of real servers; our own, exported by `inergize env`, are not real ones."""
    given = {name: options.given[name] for name in _EXTERNAL if options.given.get(name)}
    own_ports = {*recorded_ports(options.data_dir).values(), options.edge_port}
    return {
        name: value
        for name, value in given.items()
        if not _is_own(name, value, own_ports, options.data_dir)
    }


def _is_own(name: str, value: str, own_ports: set[int], data_dir: Path) -> bool:
    if name.startswith("LINKEDIN_CLIENT"):
        place = DataDir(data_dir)
        return place.secrets.exists() and value == load(place).values[name]
    return urls.loopback_port(value) in own_ports


class _Run:
    """One run of the supervisor: start-up, requests from outside, the end."""

    def __init__(
        self, house: House, place: DataDir, reporter: Reporter, on_ready: Callable[[], None]
    ) -> None:
        self._house = house
        self._place = place
        self._reporter = reporter
        self._on_ready = on_ready
        self._supervisor = Supervisor(place, house.programs(), reporter)
        self._restarting: set[str] = set()
        self._waiting_for_end: list[Reply] = []
        self._is_over = False

    def run(self) -> int:
        """Supervise until the end; 0 when that was asked for."""
        supervisor = self._supervisor
        supervisor.wakeups.install()
        control = ControlServer(
            self._place, {"status": self._status, "down": self._down, "restart": self._restart}
        )
        supervisor.listen(control.listener.fileno(), control.serve_one)
        supervisor.add_task(self._start_up())
        try:
            while not self._is_over:
                supervisor.step()
                self._stop_if_asked()
        finally:
            self._leave(control)
        return 1 if supervisor.failure else 0

    def _start_up(self) -> Task:
        began = monotonic()
        supervisor = self._supervisor
        self._reporter.say(f"starting InErgize on {self._place.root}")
        # One turn first: the servers that need none of our libraries are on their way.
        yield
        yield from preload(self._reporter.note)
        supervisor.is_preloaded = True
        while not self._is_up():
            if monotonic() - began > READY_WITHIN_S:
                supervisor.failure = self._what_is_missing()
                return
            yield
        supervisor.is_starting_up = False
        self._reporter.say(f"InErgize is ready after {monotonic() - began:.1f} s")
        self._tell_urls()
        self._on_ready()

    def _is_up(self) -> bool:
        children = self._supervisor.children.values()
        return all(child.state in SATISFIED for child in children) and edge.is_open(
            self._house.topology
        )

    def _what_is_missing(self) -> str:
        children = self._supervisor.children.values()
        missing = [child.name for child in children if child.state not in SATISFIED]
        what = ", ".join(missing) or "the edge"
        return f"not ready after {READY_WITHIN_S:.0f} s: {what} (see {self._place.logs})"

    def _tell_urls(self) -> None:
        topology = self._house.topology
        self._reporter.say(f"  edge      {topology.edge_url}")
        mailbox = urls.mailbox_url(topology)
        if mailbox:
            self._reporter.say(f"  mailbox   {mailbox}/api/messages")
        self._reporter.say("  settings  inergize env    what runs  inergize status")

    def _stop_if_asked(self) -> None:
        supervisor = self._supervisor
        if supervisor.is_stopping or not (supervisor.failure or supervisor.wakeups.stops_asked):
            return
        if supervisor.failure:
            self._reporter.say(f"error: {supervisor.failure}")
        self._reporter.say("stopping")
        supervisor.is_stopping = True
        supervisor.drop_tasks()
        supervisor.add_task(self._end())

    def _end(self) -> Task:
        topology = self._house.topology
        yield from stop_all(
            self._supervisor,
            close_edge=lambda: edge.close_to_clients(topology),
            requests_in_flight=lambda: edge.requests_in_flight(topology),
        )
        self._is_over = True

    def _leave(self, control: ControlServer) -> None:
        """Let go of everything; whatever still runs after a failure of our own is killed."""
        for child in self._supervisor.children.values():
            if child.pid:
                processes.kill_group(child.pid)
        with suppress(OSError):
            control.close()
            self._place.processes.unlink(missing_ok=True)
        self._reporter.say("stopped")
        for reply in self._waiting_for_end:
            reply.finish()

    def _status(self, request: Message, reply: Reply) -> None:
        del request
        supervisor = self._supervisor
        children = [c for c in supervisor.children.values() if c.state is not State.DONE]
        is_up = not (supervisor.is_starting_up or supervisor.is_stopping)
        reply.finish(
            pid=os.getpid(),
            data_dir=str(self._place.root),
            edge=self._house.topology.edge_url,
            is_ready=is_up and edge.is_open(self._house.topology),
            children=[child.describe() for child in children],
        )

    def _down(self, request: Message, reply: Reply) -> None:
        del request
        reply.say("stopping")
        self._waiting_for_end.append(reply)
        self._supervisor.wakeups.stops_asked += 1

    def _restart(self, request: Message, reply: Reply) -> None:
        name = str(request.get("name"))
        known = sorted({child.name for child in self._supervisor.children.values()} - {"database"})
        if name not in known:
            reply.refuse(f"there is no {name}; what runs is {', '.join(known)}")
        elif self._supervisor.is_starting_up or self._supervisor.is_stopping:
            reply.refuse("the stack is starting or stopping")
        elif name in self._restarting:
            reply.refuse(f"{name} is already being restarted")
        else:
            self._supervisor.add_task(self._restart_steps(name, reply))

    def _restart_steps(self, name: str, reply: Reply) -> Task:
        self._restarting.add(name)
        try:
            yield from restart(
                self._supervisor, name, self._house.service, self._has_noticed, reply
            )
        finally:
            self._restarting.discard(name)

    def _has_noticed(self, program: Program) -> bool:
        return edge.sends_to(self._house.topology, program.ports[0])
