"""From turns to figures: medians over rounds, and how the three compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.model import BARE_GRPC, FASTAPI, OURS, Turn, Turns

TARGETS = {BARE_GRPC: (0.8, 0.9), FASTAPI: (1.2, 1.5)}
"""Baseline to the ratio of requests per second that we must reach, and the one we want."""


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
    by_processor_time: float
    """The baseline's processor time for one request against ours; others' work moves it less."""
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
    figures = {name: _figures(seen) for name, seen in turns.items()}
    cpu = {name: found.cpu_micros_without_generator for name, found in figures.items()}
    return Summary(
        figures=figures,
        ratios={
            name: _ratio(turns[OURS], turns[name], cpu[name] / cpu[OURS], *targets)
            for name, targets in TARGETS.items()
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


def _ratio(
    ours: Sequence[Turn],
    theirs: Sequence[Turn],
    by_processor_time: float,
    floor: float,
    goal: float,
) -> Ratio:
    mine = [turn.requests_per_second for turn in ours]
    others = [turn.requests_per_second for turn in theirs]
    single = [one / other for one, other in zip(mine, others, strict=True)]
    return Ratio(
        of_medians=median(mine) / median(others),
        least=min(single),
        most=max(single),
        by_processor_time=by_processor_time,
        floor=floor,
        goal=goal,
    )
