"""What one child of the stack is: how it is started, judged and stopped."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Argument = str | int | list[str]


@dataclass(frozen=True, slots=True)
class Program:
    """One child. A program that is started again gets exactly the same of everything."""

    name: str
    """What people call it; its log file has this name."""
    target: str
    """`package.module:function`, imported in the child only. It serves or replaces itself."""
    is_healthy: Callable[[], bool]
    """Asked now and then; answers within a second and raises nothing."""
    arguments: tuple[Argument, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    """All of its environment: nothing is inherited."""
    needs: frozenset[str] = frozenset()
    """Names that must be ready before its first start."""
    slot: str = ""
    """Which of a service's two places it takes."""
    ports: tuple[int, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends when the supervisor has died."""
    stop_timeout_s: float = 15.0
    """A child that has not gone by then is killed."""
    runs_once: bool = False
    """Its work is done when it ends with 0."""
    is_light: bool = False
    """Needs no Python library of ours: may start while the supervisor still imports them."""

    @property
    def key(self) -> str:
        """Names this child among all that run, also while two slots of a service do."""
        return f"{self.name}.{self.slot}" if self.slot else self.name
