"""An idle worker is woken by what is put, and asks for nothing meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import dramatiq
import pytest
from redis import Redis

from services.kernel.config import BrokerSettings, Settings
from tests.support.identity import mesh_settings
from tests.support.valkey import Valkey, running_valkey
from tests.support.waiting import eventually
from workers import actors, bells
from workers.broker import make_broker
from workers.enqueue import Enqueuer, Order
from workers.main import start_worker

SECONDS = 20.0
NEVER_SECONDS = 3_600.0
IDLE_SECONDS = 2
LATE_QUESTIONS = 6
"""What a message that has just ended may still cause; whoever polls asks more often than that."""


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with running_valkey() as server:
        yield server


@pytest.fixture(autouse=True)
def _only_the_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no bell tells of is not found."""
    monkeypatch.setattr(bells, "ASK_SECONDS", NEVER_SECONDS)


@contextmanager
def worker_on(valkey: Valkey, work: Callable[[int], None], *, threads: int) -> Iterator[None]:
    """A running worker on two queues, which does `work` in one of them."""

    def declare(broker: dramatiq.Broker) -> None:
        dramatiq.actor(broker=broker, queue_name="high", actor_name="work", max_retries=0)(work)
        broker.declare_queue("normal")

    broker = BrokerSettings(url=valkey.url, worker_threads=threads)  # type: ignore[arg-type]
    with patch.object(actors, "declare", declare):
        worker = start_worker(Settings(broker=broker, mesh=mesh_settings()), {"high", "normal"})
    try:
        yield
    finally:
        worker.stop(timeout=int(SECONDS * 1000))
        worker.broker.close()


def enqueuer(valkey: Valkey) -> Enqueuer:
    return Enqueuer(BrokerSettings(url=valkey.url))  # type: ignore[arg-type]


def orders(numbers: range) -> list[Order]:
    return [Order("work", "high", (number,)) for number in numbers]


def questions(valkey: Valkey) -> int:
    """How often Redis was asked for messages, or told of their end."""
    with Redis(port=valkey.port) as client:
        return int(client.info("commandstats").get("cmdstat_evalsha", {}).get("calls", 0))


async def listening(valkey: Valkey) -> None:
    """Wait until the worker hears."""

    async def hears() -> bool:
        with Redis(port=valkey.port) as client:
            return bool(client.pubsub_numsub(bells.CHANNEL)[0][1])

    await eventually(hears, seconds=SECONDS)


async def test_an_idle_worker_is_woken_and_asks_for_nothing_meanwhile(valkey: Valkey) -> None:
    done: list[int] = []
    with worker_on(valkey, done.append, threads=2):
        await listening(valkey)
        await enqueuer(valkey).put(orders(range(1)))
        await eventually(lambda: _is(done, range(1)), seconds=SECONDS)
        before = questions(valkey)
        with Redis(port=valkey.port) as client:
            client.blpop("nobody puts anything here", timeout=IDLE_SECONDS)
        assert questions(valkey) - before <= LATE_QUESTIONS
        await enqueuer(valkey).put(orders(range(1, 2)))
        await eventually(lambda: _is(done, range(2)), seconds=SECONDS)


async def test_a_busy_worker_goes_on_when_it_has_room_again(valkey: Valkey) -> None:
    """It takes one at a time; each end makes room for the next, for which nobody rings again."""
    done: list[int] = []
    begun, may_go_on = threading.Event(), threading.Event()

    def work(number: int) -> None:
        begun.set()
        assert may_go_on.wait(SECONDS)
        done.append(number)

    with worker_on(valkey, work, threads=1):
        await listening(valkey)
        await enqueuer(valkey).put(orders(range(1)))
        await eventually(lambda: _is_set(begun), seconds=SECONDS)
        await enqueuer(valkey).put(orders(range(1, 6)))
        may_go_on.set()
        await eventually(lambda: _is(done, range(6)), seconds=SECONDS)


async def test_after_the_broker_was_away_it_is_heard_again(valkey: Valkey) -> None:
    done: list[int] = []
    with worker_on(valkey, done.append, threads=1):
        await listening(valkey)
        valkey.kill()
        valkey.start()
        await listening(valkey)
        await enqueuer(valkey).put(orders(range(1)))
        await eventually(lambda: _is(done, range(1)), seconds=SECONDS)


def test_nothing_is_put_for_later(valkey: Valkey) -> None:
    broker = make_broker(BrokerSettings(url=valkey.url))  # type: ignore[arg-type]
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name="high", actor_name="work", args=(1,), kwargs={}, options={}
    )
    with pytest.raises(ValueError, match="PostgreSQL"):
        broker.enqueue(message, delay=1_000)


async def _is(done: list[int], wanted: range) -> bool:
    return sorted(done) == list(wanted)


async def _is_set(event: threading.Event) -> bool:
    return event.is_set()
