"""From turns to figures: medians over rounds, and how the three compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.model import BARE_GRPC, FASTAPI, OURS, Turn, Turns


@dataclass(frozen=True, slots=True)
class Figures:
    """One subject's medians over all rounds."""

    requests: int
    """Answered in all rounds together."""
    requests_per_second: float
    least_requests_per_second: float
    most_requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_micros: Mapping[str, float]
    """Part to its processor time for one request, in microseconds."""

    @property
    def cpu_micros_without_generator(self) -> float:
        """What one request costs the whole house."""
        return sum(value for part, value in self.cpu_micros.items() if "generator" not in part)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Our requests per second against a baseline's."""

    of_medians: float
    least: float
    """Of any single round."""
    most: float
    floor: float
    """What it must reach."""
    goal: float

    @property
    def verdict(self) -> str:
        """In words."""
        if self.of_medians >= self.goal:
            return "goal reached"
        return "floor reached" if self.of_medians >= self.floor else "BELOW THE FLOOR"


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole result."""

    figures: Mapping[str, Figures]
    ratios: Mapping[str, Ratio]
    """Baseline to our ratio against it."""


def summarize(turns: Turns) -> Summary:
    """Medians of every subject and ours against each baseline; every subject has a turn a round."""
    return Summary(
        figures={name: _figures(seen) for name, seen in turns.items()},
        ratios={
            BARE_GRPC: _ratio(turns, BARE_GRPC, floor=0.8, goal=0.9),
            FASTAPI: _ratio(turns, FASTAPI, floor=1.2, goal=1.5),
        },
    )


def _figures(turns: Sequence[Turn]) -> Figures:
    rates = [turn.requests_per_second for turn in turns]
    return Figures(
        requests=sum(turn.requests for turn in turns),
        requests_per_second=median(rates),
        least_requests_per_second=min(rates),
        most_requests_per_second=max(rates),
        p50_ms=median(turn.p50_ms for turn in turns),
        p99_ms=median(turn.p99_ms for turn in turns),
        cpu_micros={
            part: median(turn.cpu_micros[part] for turn in turns) for part in turns[0].cpu_micros
        },
    )


def _ratio(turns: Turns, baseline: str, *, floor: float, goal: float) -> Ratio:
    ours = [turn.requests_per_second for turn in turns[OURS]]
    theirs = [turn.requests_per_second for turn in turns[baseline]]
    single = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return Ratio(
        of_medians=median(ours) / median(theirs),
        least=min(single),
        most=max(single),
        floor=floor,
        goal=goal,
    )
