"""The one parent of everything: starts, watches, restarts and stops the children of a stack.

It has one thread and no event loop, so that it may fork at any time.
"""

from collections.abc import Callable, Iterable, Iterator
from time import monotonic

from stack import processes
from stack.children import SATISFIED, Child, State
from stack.data_dir import DataDir
from stack.errors import EXIT_DO_NOT_RETRY
from stack.logs import last_line, rotate
from stack.program import Program
from stack.progress import Reporter
from stack.signals import Wakeups

Task = Iterator[None]
"""Work in steps: the loop takes one step a turn, and stays awake while there are any."""

_BUSY_WAIT_S = 0.03
_IDLE_WAIT_S = 1.0
_PROBE_EVERY_S = {State.READY: 5.0, State.NOT_ANSWERING: 1.0, State.STARTING: 0.05}
"""Nothing but a word to the user hangs on a child that was ready: Envoy asks for itself."""
_ROTATE_EVERY_S = 5.0
_MOST_STARTUP_CRASHES = 3


class Supervisor:
    """Keeps a set of children running until a stop is asked for."""

    def __init__(self, place: DataDir, programs: Iterable[Program], reporter: Reporter) -> None:
        self.place = place
        self.reporter = reporter
        self.children = {program.key: Child(program) for program in programs}
        self.wakeups = Wakeups()
        self.is_preloaded = False
        """Until then only light children start: the others share what is being imported."""
        self.is_starting_up = True
        self.is_stopping = False
        self.failure: str | None = None
        """Why this stack cannot go on; asks for a stop."""
        self._tasks: list[Task] = []
        self._rotate_due_at = 0.0
        self._on_readable: dict[int, Callable[[], None]] = {}

    def add_task(self, task: Task) -> None:
        """Work on something step by step beside the supervision."""
        self._tasks.append(task)

    def drop_tasks(self) -> None:
        """Give up whatever was being worked on: the end has come."""
        self._tasks.clear()

    def listen(self, descriptor: int, action: Callable[[], None]) -> None:
        """Call the action whenever the descriptor has something to read."""
        self._on_readable[descriptor] = action
        self.wakeups.selector.register(descriptor, 1)

    def add(self, program: Program) -> Child:
        """Supervise one more program."""
        child = self.children[program.key] = Child(program)
        return child

    def remove(self, child: Child) -> None:
        """Forget a child that has stopped."""
        del self.children[child.key]

    def named(self, name: str) -> list[Child]:
        """The children that people call so: two while a service changes its slot."""
        return [child for child in self.children.values() if child.name == name]

    def step(self) -> None:
        """Look once at everything, then wait until something may have changed."""
        self._reap()
        self._start_due()
        self._probe_due()
        self._kill_due()
        self._advance_tasks()
        if monotonic() >= self._rotate_due_at:
            rotate(self.place.logs)
            self._rotate_due_at = monotonic() + _ROTATE_EVERY_S
        for key in self.wakeups.wait(self._wait_s()):
            self._on_readable[key.fd]()

    def ask_to_end(self, child: Child, *, start_again: bool = False) -> None:
        """Tell a child to finish; it is killed when it takes longer than it may."""
        child.is_wanted_again = start_again
        if child.pid is None:
            child.ended_for_good(State.STOPPED)
            return
        child.state = State.STOPPING
        child.kill_due_at = monotonic() + child.program.stop_timeout_s
        processes.send(child.pid, child.program.stop_signal)

    def record_processes(self) -> None:
        """Write down who runs."""
        pids = {key: child.pid for key, child in self.children.items() if child.pid}
        processes.record(self.place, pids)

    def _reap(self) -> None:
        for child in list(self.children.values()):
            if child.pid is None:
                continue
            exit_code = processes.reap(child.pid)
            if exit_code is not None:
                # What it had started must not outlive it and hold its ports.
                processes.kill_descendants(child.pid)
                self._ended(child, exit_code)

    def _ended(self, child: Child, exit_code: int) -> None:
        if child.state is State.STOPPING or self.is_stopping:
            child.ended_for_good(State.STOPPED)
        elif child.program.runs_once and exit_code == 0:
            child.ended_for_good(State.DONE)
            self._tell_ready(child)
        else:
            self._crashed(child, exit_code)

    def _crashed(self, child: Child, exit_code: int) -> None:
        child.crashed(processes.describe_end(exit_code))
        self.reporter.note(f"{child.name} {child.last_end}")
        is_hopeless = exit_code == EXIT_DO_NOT_RETRY or child.program.runs_once
        if self.is_starting_up and (is_hopeless or child.backoff.crashes >= _MOST_STARTUP_CRASHES):
            child.state = State.FAILED
            self.failure = self._why_failed(child)

    def _why_failed(self, child: Child) -> str:
        log = self.place.log(child.name)
        reason = last_line(log) or child.last_end
        return f"{child.name} could not start: {reason} (see {log})"

    def _start_due(self) -> None:
        if self.is_stopping or self.failure:
            return
        for child in self.children.values():
            if self._may_start(child):
                self._start(child)

    def _may_start(self, child: Child) -> bool:
        if child.pid is not None or monotonic() < child.start_due_at:
            return False
        if child.state is State.BACKING_OFF:
            return True
        has_libraries = self.is_preloaded or child.program.is_light
        return child.state is State.WAITING and has_libraries and self._has_needs(child)

    def _has_needs(self, child: Child) -> bool:
        return all(
            needed.state in SATISFIED for name in child.program.needs for needed in self.named(name)
        )

    def _start(self, child: Child) -> None:
        is_restart = child.state is State.BACKING_OFF
        try:
            child.began(processes.start(child.program, self.place))
        except OSError as error:
            child.crashed(f"could not be started: {error.strerror}")
            self.reporter.say(f"{child.name} {child.last_end}")
            return
        self.record_processes()
        if is_restart:
            child.restarts += 1
            attempt = child.backoff.crashes
            self.reporter.say(f"restarted {child.name} ({child.last_end}), attempt {attempt}")

    def _probe_due(self) -> None:
        now = monotonic()
        for child in self.children.values():
            if child.pid is None or child.state is State.STOPPING or now < child.probe_due_at:
                continue
            self._judge(child, is_healthy=child.program.is_healthy())
            child.probe_due_at = monotonic() + _PROBE_EVERY_S[child.state]

    def _judge(self, child: Child, *, is_healthy: bool) -> None:
        if is_healthy and child.state is not State.READY:
            was_starting = child.state is State.STARTING
            child.became_ready()
            self._tell_ready(child, again=not was_starting)
        elif not is_healthy and child.state is State.READY:
            child.state = State.NOT_ANSWERING
            self.reporter.say(f"{child.name} does not answer")

    def _tell_ready(self, child: Child, *, again: bool = False) -> None:
        word = "done" if child.state is State.DONE else "answers again" if again else "ready"
        line = f"  {child.name:<12} {word:<6} {child.seconds_to_ready():6.1f} s"
        self.reporter.say(line)

    def _kill_due(self) -> None:
        for child in self.children.values():
            if child.state is State.STOPPING and child.pid and monotonic() >= child.kill_due_at:
                self.reporter.say(f"{child.name} did not stop in time and is killed")
                processes.kill_group(child.pid)
                child.kill_due_at = monotonic() + child.program.stop_timeout_s

    def _advance_tasks(self) -> None:
        for task in list(self._tasks):
            try:
                next(task)
            except StopIteration:
                self._tasks.remove(task)

    def _wait_s(self) -> float:
        is_changing = any(
            child.state in {State.STARTING, State.STOPPING} for child in self.children.values()
        )
        if self._tasks or is_changing:
            return _BUSY_WAIT_S
        due = [child.probe_due_at for child in self.children.values() if child.pid]
        due += [
            child.start_due_at
            for child in self.children.values()
            if child.state is State.BACKING_OFF
        ]
        return min([_IDLE_WAIT_S, *(moment - monotonic() for moment in due)])
