"""A worker ends what takes too long; stopped, it finishes what runs and gives the rest back."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import dramatiq
import pytest

from services.kernel.config import BrokerSettings, Settings
from tests.support.identity import mesh_settings
from tests.support.valkey import Valkey, running_valkey
from workers import actors
from workers.main import start_worker

WAIT_SECONDS = 10.0
MESSAGES = 12


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with running_valkey() as server:
        yield server


@contextmanager
def worker_on(
    valkey: Valkey, threads: int, work: Callable[[int], None] | None = None
) -> Iterator[dramatiq.Worker]:
    """A running worker; it knows `work` before it takes its first message."""

    def declare(broker: dramatiq.Broker) -> None:
        if work is not None:
            dramatiq.actor(broker=broker, queue_name="high", max_retries=0)(work)

    broker = BrokerSettings(url=valkey.url, worker_threads=threads)  # type: ignore[arg-type]
    with patch.object(actors, "declare", declare):
        worker = start_worker(Settings(broker=broker, mesh=mesh_settings()), {"high"})
    try:
        yield worker
    finally:
        worker.stop(timeout=int(WAIT_SECONDS * 1000))
        worker.broker.close()


def test_time_limit_ends_an_actor_that_hangs(valkey: Valkey) -> None:
    ended = threading.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with worker_on(valkey, threads=1) as worker:
        declare = dramatiq.actor(
            broker=worker.broker, queue_name="high", max_retries=0, time_limit=100
        )
        declare(hang).send()
        assert ended.wait(WAIT_SECONDS)


def test_stopping_worker_finishes_what_runs_and_gives_back_the_rest(valkey: Valkey) -> None:
    begun, may_end, all_ran = threading.Event(), threading.Event(), threading.Event()
    ran: list[int] = []
    lock = threading.Lock()

    def work(number: int) -> None:
        begun.set()
        assert may_end.wait(WAIT_SECONDS)
        with lock:
            ran.append(number)
            if len(ran) == MESSAGES:
                all_ran.set()

    with worker_on(valkey, threads=2, work=work) as first:
        actor = first.broker.get_actor("work")
        for number in range(MESSAGES):
            actor.send(number)
        assert begun.wait(WAIT_SECONDS)
        # It ends while the worker is being stopped.
        threading.Timer(0.2, may_end.set).start()
    assert 1 <= len(ran) < MESSAGES
    with worker_on(valkey, threads=2, work=work) as second:
        # At once: not only when the first one's heartbeat has been missed for long enough.
        assert all_ran.wait(second.broker.heartbeat_timeout / 2000)  # type: ignore[attr-defined]
    assert sorted(ran) == list(range(MESSAGES))
