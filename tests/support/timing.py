"""Whether two kinds of calls can be told apart by how long they take."""

import random
import statistics
import time
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

Make = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Comparison:
    """Two samples of durations, in seconds."""

    one: Sequence[float]
    other: Sequence[float]

    @property
    def medians_apart(self) -> float:
        """By how much of the smaller median the medians differ."""
        medians = sorted((statistics.median(self.one), statistics.median(self.other)))
        return medians[1] / medians[0] - 1

    @property
    def told_apart(self) -> float:
        """How often the longer of two answers, one of each kind, is of the same kind: 0.5 to 1."""
        ordered = sorted(self.other)
        halves = sum(
            bisect_left(ordered, value) + bisect_right(ordered, value) for value in self.one
        )
        share = halves / (2 * len(self.one) * len(self.other))
        return max(share, 1 - share)


async def compare(one: Make, other: Make, *, samples: int, seed: int = 7) -> Comparison:
    """Time `samples` calls of each kind, one after another in an order drawn by lot."""
    order = [0, 1] * samples
    random.Random(seed).shuffle(order)
    took: tuple[list[float], list[float]] = ([], [])
    for kind in order:
        began = time.perf_counter()
        await (one, other)[kind]()
        took[kind].append(time.perf_counter() - began)
    return Comparison(*took)
