"""A bell on the broker: an idle worker is woken instead of asking every queue again and again.

Redis publishes the name of the queue into which something was put. A bell that nobody hears costs
what is put then up to a second, nothing else.
Source: docs/decisions/0151-idle-workers-are-woken.md
"""

import threading
import time
from collections.abc import Iterable
from typing import Any

import structlog
from dramatiq import Broker, Message, MessageProxy, Worker
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.middleware import Middleware
from redis.exceptions import RedisError

log = structlog.get_logger()

CHANNEL = "bells"
ASK_SECONDS = 1.0
"""An idle queue is looked at this often, rung for or not: it is the heartbeat as well."""
ASK_WHILE_STOPPING_SECONDS = 0.2
"""Consumers see that they are to end no later than this."""
LISTEN_SECONDS = 5.0
AGAIN_SECONDS = 0.2


class Bells(Middleware):
    """Hears which queues were put into, while a worker runs."""

    def __init__(self, broker: "RungBroker") -> None:
        self._broker = broker
        self._bells: dict[str, threading.Event] = {}
        self._is_stopping = False
        self._listening = threading.Thread(target=self._listen, name="bells", daemon=True)

    def silence(self, queue_name: str) -> None:
        """What rings from now on ends the next wait."""
        self._bells[queue_name].clear()

    def wait(self, queue_name: str) -> None:
        """Until something may be there."""
        seconds = ASK_WHILE_STOPPING_SECONDS if self._is_stopping else ASK_SECONDS
        self._bells[queue_name].wait(seconds)

    def hear(self, queue_name: str) -> None:
        """End the wait at a queue; others are none of this process's business."""
        bell = self._bells.get(queue_name)
        if bell is not None:
            bell.set()

    def after_declare_queue(self, broker: Broker, queue_name: str) -> None:  # noqa: ARG002
        """Hang a bell up for a queue."""
        self._bells.setdefault(queue_name, threading.Event())

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Begin to listen."""
        self._listening.start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Have nobody wait for long any more."""
        self._is_stopping = True
        self._ring_all()

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Listen no more."""
        self._broker.ring("")  # so that it is noticed
        self._listening.join(LISTEN_SECONDS + 1)

    def _listen(self) -> None:
        while not self._is_stopping:
            try:
                self._listen_once()
            except (RedisError, OSError) as lost:
                log.warning("bells_lost", error=type(lost).__name__)
                self._ring_all()  # they notice as well, and connect anew
                time.sleep(AGAIN_SECONDS)

    def _listen_once(self) -> None:
        with self._broker.client.pubsub(ignore_subscribe_messages=True) as heard:
            heard.subscribe(CHANNEL)
            self._ring_all()  # for what was put while nobody listened
            while not self._is_stopping:
                message = heard.get_message(timeout=LISTEN_SECONDS)
                if message is not None:
                    self.hear(message["data"].decode())

    def _ring_all(self) -> None:
        for bell in list(self._bells.values()):
            bell.set()


class RungBroker(RedisBroker):
    """Dramatiq's broker on Redis; whoever puts a message rings, and nothing is put for later."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)  # type: ignore[no-untyped-call]
        self.bells = Bells(self)
        self.add_middleware(self.bells)

    @property
    def consumer_class(self) -> "type[RungConsumer]":
        """Consumers that wait for the bell."""
        return RungConsumer

    def declare_queue(self, queue_name: str) -> None:
        """Declare a queue, without the one for delayed messages that Dramatiq would add."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Put a message, and ring. Raises ValueError for a delay."""
        if delay is not None:
            raise ValueError("what is due later stays in PostgreSQL")
        put: Message[Any] = super().enqueue(message)
        self.ring(put.queue_name)
        return put

    def ring(self, queue_name: str) -> None:
        """Say that there is something in a queue."""
        try:
            self.client.publish(CHANNEL, queue_name)
        except (RedisError, OSError) as unheard:
            log.warning("bell_unheard", error=type(unheard).__name__)


class RungConsumer(_RedisConsumer):
    """Asks when the bell rings, when there is room again, and once a second."""

    broker: RungBroker

    def __init__(self, broker: RungBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        del timeout  # it would be slept, bell or not
        super().__init__(broker, queue_name, prefetch, timeout=0)  # type: ignore[no-untyped-call]

    def __next__(self) -> MessageProxy | None:
        """The next message; None when there is none yet."""
        bells = self.broker.bells
        # Before asking: what is put after the answer then finds the bell silent, and rings it.
        bells.silence(self.queue_name)
        found: MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
        if found is None:
            bells.wait(self.queue_name)
        return found

    def ack(self, message: MessageProxy) -> None:
        """End a message: there may be room for the next."""
        try:
            super().ack(message)  # type: ignore[no-untyped-call]
        finally:
            self.broker.bells.hear(self.queue_name)

    def nack(self, message: MessageProxy) -> None:
        """End a message that failed: there may be room for the next."""
        try:
            super().nack(message)  # type: ignore[no-untyped-call]
        finally:
            self.broker.bells.hear(self.queue_name)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Give back what is not begun, for others to take at once."""
        super().requeue(messages)  # type: ignore[no-untyped-call]
        self.broker.ring(self.queue_name)
