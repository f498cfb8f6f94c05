"""The scheduler outlives its broker: it waits a while, gives up, and does not claim in vain."""

from collections.abc import Iterator

import pytest
from redis import Redis

from services.kernel.config import BrokerSettings
from tests.support.valkey import Valkey, running_valkey
from tests.support.waiting import eventually
from workers.enqueue import Enqueuer, Order
from workers.errors import BrokerAwayError

ORDERS = [Order("publish_content", "high", (f"id-{number}", number)) for number in range(3)]


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with running_valkey() as server:
        yield server


def enqueuer(valkey: Valkey, patience_seconds: float) -> Enqueuer:
    settings = BrokerSettings(url=valkey.url)  # type: ignore[arg-type]
    return Enqueuer(settings, patience_seconds=patience_seconds)


def waiting(valkey: Valkey) -> int:
    with Redis(port=valkey.port) as client:
        return int(client.llen("dramatiq:high"))


async def test_a_batch_is_put_in_its_order(valkey: Valkey) -> None:
    await enqueuer(valkey, 1).put(ORDERS)
    assert waiting(valkey) == len(ORDERS)


async def test_a_broker_that_is_away_is_an_end_for_the_whole_batch(valkey: Valkey) -> None:
    sender = enqueuer(valkey, 0.3)
    await sender.be_there()
    valkey.kill()
    with pytest.raises(BrokerAwayError):
        await sender.put(ORDERS)
    with pytest.raises(BrokerAwayError):
        await sender.be_there()


async def test_what_it_waits_with_is_put_when_the_broker_is_back(valkey: Valkey) -> None:
    sender = enqueuer(valkey, 0.2)
    valkey.kill()
    with pytest.raises(BrokerAwayError):
        await sender.put(ORDERS)
    valkey.start()

    async def is_back() -> bool:
        try:
            await sender.be_there()
        except BrokerAwayError:
            return False
        return True

    assert await eventually(is_back)
    await sender.put(ORDERS)
    assert waiting(valkey) == len(ORDERS)
