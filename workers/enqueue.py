"""Puts messages on the queues: an actor's name and ids, nothing else."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

import dramatiq
import structlog
from redis.exceptions import RedisError

from services.kernel.config import BrokerSettings
from workers.broker import make_broker
from workers.errors import BrokerAwayError

log = structlog.get_logger()
PATIENCE_SECONDS = 30.0
"""Half a claim's lease: what is put that late still finds its claim alive."""
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 1.0

# Dramatiq passes redis-py's errors through when it enqueues; OSError has TimeoutError among it.
_AWAY = (RedisError, OSError)


@dataclass(frozen=True, slots=True)
class Order:
    """A message to put: which actor shall run with which ids."""

    actor: str
    queue: str
    ids: tuple[str | int, ...]


class Enqueuer:
    """The sending end of the broker."""

    def __init__(
        self, settings: BrokerSettings, *, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._broker = make_broker(settings)
        self._patience_seconds = patience_seconds
        self._is_away = False

    async def be_there(self) -> None:
        """Make sure that a broker that was away answers again: else nothing is worth claiming.

        Raises BrokerAwayError.
        """
        if not self._is_away:
            return
        try:
            await asyncio.to_thread(self._broker.client.ping)
        except _AWAY as away:
            raise BrokerAwayError from away
        self._note(is_away=False)

    async def put(self, orders: Iterable[Order]) -> None:
        """Put messages, all within the time that their claims leave.

        While the broker is away this waits and tries again. Raises BrokerAwayError when the time
        is over: the claims of the rest lapse. A message put twice is harmless: the second finds
        nothing to do.
        """
        deadline = time.monotonic() + self._patience_seconds
        for order in orders:
            await self._put_one(order, deadline)

    async def _put_one(self, order: Order, deadline: float) -> None:
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=order.queue, actor_name=order.actor, args=order.ids, kwargs={}, options={}
        )
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                await asyncio.to_thread(self._broker.enqueue, message)
            except _AWAY as away:
                self._note(is_away=True, error=type(away).__name__)
                if time.monotonic() + wait > deadline:
                    raise BrokerAwayError from away
            else:
                self._note(is_away=False)
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _note(self, *, is_away: bool, error: str = "") -> None:
        """Remember how it is, and say so when it has changed."""
        if is_away and not self._is_away:
            log.warning("broker_away", error=error)
        if self._is_away and not is_away:
            log.info("broker_back")
        self._is_away = is_away
