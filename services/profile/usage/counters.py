"""The day's remaining calls in Redis: one hash per member, and one for the application.

Each hash is changed by one script at a time, so that two calls never take the same last one. It
ends with the day, at 00:00 UTC; whoever finds none fills it from PostgreSQL.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from uuid import UUID

import redis.asyncio as redis

from services.profile.usage.families import Family
from services.profile.usage.model import LimitSource, Standing, Standings, next_midnight

FIRST_PAUSE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 3600

_COLD = "cold"

Whose = UUID | None
"""A member, or None for the application."""
Load = Callable[[Whose], Awaitable[Standings]]
"""Reads from PostgreSQL where today's quotas stand."""


class Answer(Enum):
    """What came of asking for one call."""

    TAKEN = "taken"
    HELD = "held"
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer, with the calls left, or with when to ask again."""

    answer: Answer
    left: int = 0
    until: datetime | None = None


class Counters:
    """Everybody's remaining calls. All but `load` raise RedisError or OSError."""

    def __init__(self, client: redis.Redis, load: Load, now: Callable[[], datetime]) -> None:
        self._client = client
        self._load = load
        self._now = now
        self._take = client.register_script(_script("take.lua"))
        self._fill = client.register_script(_script("fill.lua"))
        self._spend = client.register_script(_script("spend.lua"))
        self._hold = client.register_script(_script("hold.lua"))

    async def take(self, whose: Whose, family: Family) -> Taken | None:
        """Take one call, if one is left; None when the day ended just now and nothing is known."""
        answer = await self._take(keys=[key_of(whose)], args=[family.value])
        if answer[0] == _COLD:
            await self._refill(whose)
            answer = await self._take(keys=[key_of(whose)], args=[family.value])
        if answer[0] == _COLD:
            return None
        kind = Answer(answer[0])
        if kind is Answer.TAKEN:
            return Taken(kind, left=int(answer[1]))
        return Taken(kind, until=datetime.fromtimestamp(int(answer[1]), UTC))

    async def give_back(self, whose: Whose, family: Family) -> None:
        """Undo a `take` whose call is not made."""
        # Not where the hash has ended meanwhile: a field alone would have no end.
        if await self._client.exists(key_of(whose)):
            await self._client.hincrby(key_of(whose), family.value, 1)

    async def spend(self, whose: Whose, family: Family) -> int | None:
        """Note that LinkedIn calls the day's quota used up; returns what was used, when news."""
        used = int(await self._spend(keys=[key_of(whose)], args=[family.value]))
        return None if used < 0 else used

    async def hold(self, whose: Whose, family: Family) -> None:
        """Hold a family's calls back for a minute, and twice as long each time in a row."""
        pauses = [FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]
        await self._hold(keys=[key_of(whose)], args=[family.value, *pauses])

    async def let_go(self, whose: Whose, family: Family) -> None:
        """A call went through: the next pause is a short one again."""
        await self._client.hdel(key_of(whose), f"{family}:throttles", f"{family}:held_until")

    async def read(self, whose: Whose) -> Standings:
        """Where today's quotas stand."""
        kept = await self._client.hgetall(key_of(whose))
        fields = {str(name): str(value) for name, value in kept.items()}
        if fields:
            return {family: _standing(fields, family) for family in Family}
        return await self._refill(whose)

    async def forget(self, whose: Whose) -> None:
        """Delete a member's counts."""
        await self._client.delete(key_of(whose))

    async def load(self, whose: Whose) -> Standings:
        """Where today's quotas stand by PostgreSQL alone."""
        return await self._load(whose)

    async def _refill(self, whose: Whose) -> Standings:
        reset_time = int(next_midnight(self._now()).timestamp())
        arguments: list[str | int] = [reset_time]
        standings = await self._load(whose)
        for family, standing in standings.items():
            arguments += [family.value, standing.remaining, f"{family}:limit", standing.limit]
            arguments += [f"{family}:source", standing.source.value]
            if standing.held_until is not None:
                arguments += [f"{family}:held_until", int(standing.held_until.timestamp())]
        await self._fill(keys=[key_of(whose)], args=arguments)
        return standings


def key_of(whose: Whose) -> str:
    """The hash of a member or, for None, of the application."""
    return f"linkedin_rate_limit:{{{whose or 'app'}}}"


def _standing(fields: dict[str, str], family: Family) -> Standing:
    limit = int(fields.get(f"{family}:limit", 0))
    held_until = fields.get(f"{family}:held_until")
    return Standing(
        used=limit - int(fields.get(family.value, 0)),
        limit=limit,
        held_until=datetime.fromtimestamp(int(held_until), UTC) if held_until else None,
        source=LimitSource(fields.get(f"{family}:source", LimitSource.ASSUMED.value)),
    )


def _script(name: str) -> str:
    return Path(__file__).with_name(name).read_text()
