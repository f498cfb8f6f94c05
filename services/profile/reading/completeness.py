"""How complete a profile is: 0 to 100, from what is known of it.

What LinkedIn does not tell is unknown: it neither helps nor harms.
Source: docs/decisions/0136-completeness-counts-what-is-known.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from services.kernel.db import Row

GOOD_HEADLINE = 40
"""Characters that say more than a job title does."""
GOOD_SUMMARY = 300
"""Characters: what LinkedIn shows of a summary before it is unfolded."""
MANY_CONNECTIONS = 500
"""LinkedIn shows no more than "500+"."""
GOOD_POSTS = 4
"""Posts in 30 days: one a week."""
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a profile; None for what is not."""

    has_name: bool
    has_picture: bool
    headline: str | None
    summary: str | None
    industry: str | None
    location: str | None
    profile_url: str | None
    connections: int | None
    recent_posts: int

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_facts`."""
        return cls(**row)


@dataclass(frozen=True, slots=True)
class Factor:
    """One part of the score: `reached` is from 0 to 1, None when unknown."""

    name: str
    weight: int
    reached: float | None
    advice: str
    """What to do; empty when there is nothing left to do."""

    @property
    def is_known(self) -> bool:
        """Whether it counts."""
        return self.reached is not None


@dataclass(frozen=True, slots=True)
class Completeness:
    """The score, and what it comes from."""

    score: int
    factors: Sequence[Factor]


_ADVICE = {
    "name": "Add your full name",
    "picture": "Add a picture of yourself",
    "headline": "Say in your headline whom you help and with what",
    "summary": "Tell your story in the section About",
    "industry": "Choose your industry",
    "location": "Add your location",
    "address": "Give your profile an address of its own",
    "connections": "Connect with the people you work with",
    "activity": "Post once a week",
}
WEIGHTS = {
    "name": 5,
    "picture": 20,
    "headline": 15,
    "summary": 15,
    "industry": 5,
    "location": 5,
    "address": 5,
    "connections": 15,
    "activity": 15,
}
_HOW_TO_TELL = "LinkedIn does not tell us; the archive of your data, once imported, does"


def assess(facts: Facts) -> Completeness:
    """Weigh what is known."""
    reached: dict[str, float | None] = {
        "name": float(facts.has_name),
        "picture": float(facts.has_picture),
        "headline": _length(facts.headline, GOOD_HEADLINE),
        "summary": _length(facts.summary, GOOD_SUMMARY),
        "industry": _length(facts.industry, 1),
        "location": _length(facts.location, 1),
        "address": _length(facts.profile_url, 1),
        "connections": _share(facts.connections, MANY_CONNECTIONS),
        "activity": _share(facts.recent_posts, GOOD_POSTS),
    }
    factors = [_factor(name, weight, reached[name]) for name, weight in WEIGHTS.items()]
    return Completeness(_score(factors), factors)


def _factor(name: str, weight: int, reached: float | None) -> Factor:
    if reached is None:
        return Factor(name, weight, None, _HOW_TO_TELL)
    return Factor(name, weight, reached, "" if reached >= 1 else _ADVICE[name])


def _score(factors: Sequence[Factor]) -> int:
    known = [(one.weight, one.reached) for one in factors if one.reached is not None]
    possible = sum(weight for weight, _ in known)
    # Rounded down: 100 means that nothing is left to do.
    return int(sum(weight * reached for weight, reached in known) * WHOLE / possible + 1e-9)


def _length(text: str | None, enough: int) -> float | None:
    return None if text is None else min(len(text.strip()) / enough, 1.0)


def _share(count: int | None, enough: int) -> float | None:
    return None if count is None else min(count / enough, 1.0)
