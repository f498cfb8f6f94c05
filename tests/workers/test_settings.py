"""Dramatiq's settings, asserted on the real broker and every actor."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO

from services.kernel.config import BrokerSettings, MeshSettings, Settings
from tests.support.identity import mesh_settings
from tests.support.valkey import Valkey, running_valkey
from workers import actors
from workers.broker import make_broker
from workers.main import start_worker
from workers.names import PUBLISH_CONTENT, QUEUES, REFUSE_TOPIC, RUN_PERIODIC, TOPIC_ACTORS
from workers.resources import Resources


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    with running_valkey() as server:
        yield server


def _settings(url: str, mesh: MeshSettings | None = None) -> Settings:
    broker = BrokerSettings(url=url, worker_threads=3)  # type: ignore[arg-type]
    return Settings(broker=broker, mesh=mesh or mesh_settings())


@pytest.fixture
def broker(valkey: Valkey) -> RedisBroker:
    settings = _settings(valkey.url)
    made = make_broker(settings.broker, resources=Resources(settings, sends_webhooks=False))
    actors.declare(made)
    return made


def test_broker_looks_for_dead_workers_at_every_command(broker: RedisBroker) -> None:
    assert broker.maintenance_chance == 1_000_000
    assert broker.heartbeat_timeout == BrokerSettings().heartbeat_timeout_ms


def test_resources_come_after_the_event_loop(broker: RedisBroker) -> None:
    kinds = [type(middleware) for middleware in broker.middleware]
    assert kinds.index(AsyncIO) < kinds.index(Resources)


def test_every_actor_sets_its_own_limits(broker: RedisBroker) -> None:
    for actor in broker.actors.values():
        assert actor.options["max_retries"] == 0, actor
        assert 0 < actor.options["time_limit"] <= 600_000, actor
        assert 0 < actor.options["max_age"] <= 120_000, actor
        assert actor.queue_name in QUEUES, actor


def test_every_topic_and_name_has_its_actor(broker: RedisBroker) -> None:
    assert {*TOPIC_ACTORS.values(), PUBLISH_CONTENT, RUN_PERIODIC, REFUSE_TOPIC} == set(
        broker.actors
    )


def test_broker_server_evicts_nothing_and_keeps_a_log(broker: RedisBroker) -> None:
    assert broker.client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert broker.client.config_get("appendonly") == {"appendonly": "yes"}


def test_worker_fetches_no_more_than_it_can_run(valkey: Valkey) -> None:
    worker = start_worker(_settings(valkey.url), {"high"})
    try:
        assert worker.queue_prefetch == 3
        assert worker.delay_prefetch == 3
        assert {consumer.prefetch for consumer in worker.consumers.values()} == {3}
    finally:
        worker.stop()
        worker.broker.close()


def test_nothing_is_enqueued_with_a_delay() -> None:
    """A delay would live in a worker's memory: what is due later stays in PostgreSQL."""
    root = Path(__file__).resolve().parents[2] / "workers"
    for path in root.rglob("*.py"):
        assert "delay=" not in path.read_text(), path
