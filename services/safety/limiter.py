"""Sliding windows in Redis, in front of the decision: they refuse cheaply and never allow.

Whatever Redis says or loses, only PostgreSQL allows: docs/decisions/0065-postgresql-decides.md
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from uuid import UUID

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from services.safety.model import Attempt, Use, Window

log = structlog.get_logger()

PATIENCE_SECONDS = 0.25
"""A slower Redis is passed by: the decision has a deadline and does not need it."""
KEPT = timedelta(days=8)
"""A day longer than the longest window."""
_COLD = -1


class Hint(Enum):
    """What the windows suggest."""

    FREE = auto()
    FULL = auto()
    UNKNOWN = auto()


class Limiter:
    """The windows of all users."""

    def __init__(
        self, client: redis.Redis, load_uses: Callable[[UUID], Awaitable[Sequence[Use]]]
    ) -> None:
        """`load_uses` reads a user's uses of all actions in the last week from PostgreSQL."""
        self._client = client
        self._load_uses = load_uses
        self._take = client.register_script(_script("limiter.lua"))
        self._show = client.register_script(_script("daily_count.lua"))

    async def take(self, attempt: Attempt, windows: Sequence[Window]) -> Hint:
        """Take a use in all windows or none; lost windows are first refilled from PostgreSQL.

        UNKNOWN when Redis cannot be asked. Raises what PostgreSQL raises when it cannot be.
        """
        answer = await self._try_take(attempt, windows)
        if answer == _COLD:
            await self._refill(attempt.user_id)
            answer = await self._try_take(attempt, windows)
        if answer is None or answer == _COLD:
            return Hint.UNKNOWN
        return Hint.FULL if answer else Hint.FREE

    async def give_back(self, attempt: Attempt) -> None:
        """Free what `take` took, if Redis can be reached; a use too many there allows nothing."""
        async with _tolerantly("give_back"):
            await self._client.zrem(_log_key(attempt.user_id, attempt.action_type), _name(attempt))

    async def show_today(self, user_id: UUID, day: date, count: int, forget_at: datetime) -> None:
        """Show how much a user has done on a local day. For display only."""
        async with _tolerantly("show_today"):
            await self._show(
                keys=[_today_key(user_id, day)], args=[count, int(forget_at.timestamp())]
            )

    async def correct_today(self, user_id: UUID, day: date, count: int) -> None:
        """Show a count that may be lower than before, if one is shown."""
        async with _tolerantly("correct_today"):
            await self._client.set(_today_key(user_id, day), count, xx=True, keepttl=True)

    async def forget(
        self, user_id: UUID, action_types: Iterable[str], days: Iterable[date]
    ) -> None:
        """Delete everything about a user. Raises RedisError when Redis does not answer."""
        for action_type in action_types:
            await self._client.delete(_log_key(user_id, action_type))
        for day in days:
            await self._client.delete(_today_key(user_id, day))
        await self._client.delete(_ready_key(user_id))

    async def _try_take(self, attempt: Attempt, windows: Sequence[Window]) -> int | None:
        arguments: list[str | int] = [_name(attempt), _ms(KEPT)]
        for window in windows:
            arguments += [window.cap, _ms(window.length)]
        keys = [_log_key(attempt.user_id, attempt.action_type), _ready_key(attempt.user_id)]
        async with _tolerantly("take"):
            return int(await self._take(keys=keys, args=arguments))
        return None

    async def _refill(self, user_id: UUID) -> None:
        uses = await self._load_uses(user_id)
        async with _tolerantly("refill"), self._client.pipeline(transaction=True) as pipe:
            for use in uses:
                key = _log_key(user_id, use.action_type)
                # NX: a use that is being taken meanwhile keeps its own time.
                pipe.zadd(key, {str(use.attempt_id): int(use.at.timestamp() * 1e6)}, nx=True)
                pipe.expire(key, KEPT)
            pipe.set(_ready_key(user_id), 1, ex=KEPT)
            await pipe.execute()


@asynccontextmanager
async def _tolerantly(what: str) -> AsyncIterator[None]:
    """Do something in Redis quickly or not at all."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
    except (RedisError, OSError) as failed:  # TimeoutError is an OSError
        log.warning("limiter_passed_by", what=what, error=type(failed).__name__)


def _script(name: str) -> str:
    return Path(__file__).with_name(name).read_text()


def _log_key(user_id: UUID, action_type: str) -> str:
    return f"win:{{{user_id}}}:{action_type}"


def _ready_key(user_id: UUID) -> str:
    return f"win:{{{user_id}}}:ready"


def _today_key(user_id: UUID, day: date) -> str:
    return f"automation_limit:{{{user_id}}}:{day.isoformat()}"


def _name(attempt: Attempt) -> str:
    return str(attempt.attempt_id)


def _ms(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)
