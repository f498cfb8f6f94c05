"""Puts messages on the queues: an actor's name and ids, nothing else."""

import asyncio
from typing import Any

import dramatiq
import structlog
from dramatiq.errors import ConnectionError as BrokerConnectionError

from services.kernel.config import BrokerSettings
from workers.broker import make_broker

log = structlog.get_logger()
TRIES = 20
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 2.0


class Enqueuer:
    """The sending end of the broker."""

    def __init__(self, settings: BrokerSettings) -> None:
        self._broker = make_broker(settings)

    async def put(self, actor: str, queue: str, *args: Any) -> None:
        """Put one message on a queue.

        While the broker is away this waits and tries again; after half a minute it gives up, and
        the claim's lease lapses. A message put twice is harmless: the second finds nothing to do.
        """
        message: dramatiq.Message[Any] = dramatiq.Message(
            queue_name=queue, actor_name=actor, args=args, kwargs={}, options={}
        )
        wait = FIRST_WAIT_SECONDS
        for _ in range(TRIES):
            try:
                await asyncio.to_thread(self._broker.enqueue, message)
            except BrokerConnectionError as away:
                log.warning("broker_away", error=type(away).__name__)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            else:
                return
        log.error("not_enqueued", actor=actor)
