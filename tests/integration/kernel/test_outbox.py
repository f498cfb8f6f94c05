"""The outbox with real rows: claims, fences, leases, secrets, back-off."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from services.kernel.config import Settings
from services.kernel.errors import MessageGone
from services.kernel.outbox import MAX_ATTEMPTS
from services.kernel.runtime import Runtime, runtime

SECRET = "canary-token"


@pytest_asyncio.fixture
async def given(make_settings: Callable[..., Settings]) -> AsyncIterator[Runtime]:
    async with runtime("content", make_settings()) as running:
        yield running


async def add(given: Runtime, **changed: Any) -> UUID:
    values: dict[str, Any] = {"topic": "mail", "payload": {"n": 1}, "queue": "mail"} | changed
    async with given.db.transaction() as tx:
        return await given.outbox.add(tx, **values)


async def lapse(admin: asyncpg.Connection) -> None:
    past = "now() - interval '1 s'"
    await admin.execute(
        f"UPDATE content.outbox SET lease_until = {past} WHERE lease_until IS NOT NULL"
    )


async def test_rolled_back_transaction_announces_nothing(given: Runtime) -> None:
    async def add_and_fail() -> None:
        async with given.db.transaction() as tx:
            await given.outbox.add(tx, topic="mail", payload={})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await add_and_fail()
    assert await given.outbox.claim(10, "test") == []


async def test_message_is_claimed_once_by_twenty_at_the_same_time(given: Runtime) -> None:
    added = {await add(given) for _ in range(30)}
    claims = await asyncio.gather(*(given.outbox.claim(10, f"test-{i}") for i in range(20)))
    claimed = [claim.message_id for one in claims for claim in one]
    assert sorted(claimed) == sorted(added)


async def test_lapsed_claim_goes_to_another_and_the_first_is_fenced_off(
    given: Runtime, admin: asyncpg.Connection
) -> None:
    message_id = await add(given)
    (first,) = await given.outbox.claim(10, "first")
    await lapse(admin)
    (second,) = await given.outbox.claim(10, "second")
    assert second.fence > first.fence
    with pytest.raises(MessageGone):
        await given.outbox.get(message_id, first.fence)
    with pytest.raises(MessageGone):
        await given.outbox.finish(message_id, first.fence)
    await given.outbox.finish(message_id, second.fence)
    assert await given.outbox.claim(10, "third") == []


async def test_secret_is_sealed_and_blanked_when_done(
    given: Runtime, admin: asyncpg.Connection
) -> None:
    message_id = await add(given, secret=SECRET)
    (claim,) = await given.outbox.claim(10, "test")
    assert SECRET.encode() not in await admin.fetchval("SELECT secret_ct FROM content.outbox")
    assert (await given.outbox.get(message_id, claim.fence)).secret == SECRET
    await given.outbox.finish(message_id, claim.fence)
    assert await admin.fetchval("SELECT secret_ct FROM content.outbox") is None


async def test_failed_delivery_waits_longer_each_time_and_ends(
    given: Runtime, admin: asyncpg.Connection
) -> None:
    message_id = await add(given)
    waits = []
    for _ in range(MAX_ATTEMPTS):
        await admin.execute("UPDATE content.outbox SET available_at = now()")
        (claim,) = await given.outbox.claim(10, "test")
        await given.outbox.finish(message_id, claim.fence, error="away")
        waits.append(
            await admin.fetchval(
                "SELECT extract(epoch FROM available_at - now()) FROM content.outbox"
            )
        )
    assert waits == sorted(waits)
    assert 1 < waits[0] <= 2
    row = await admin.fetchrow("SELECT done_at, last_error FROM content.outbox")
    assert row is not None
    assert row["done_at"] is not None
    assert row["last_error"] == "away"


async def test_lapsed_claims_do_not_use_up_the_tries(
    given: Runtime, admin: asyncpg.Connection
) -> None:
    """For half an hour nobody delivers anything; the first failure after that is the first."""
    message_id = await add(given)
    for _ in range(30):
        (claim,) = await given.outbox.claim(10, "test")
        await lapse(admin)
    (claim,) = await given.outbox.claim(10, "test")
    assert (await given.outbox.get(message_id, claim.fence)).attempt == 1
    await given.outbox.finish(message_id, claim.fence, error="away")
    waits = await admin.fetchval(
        "SELECT done_at IS NULL AND available_at < now() + interval '3 seconds' FROM content.outbox"
    )
    assert waits


async def test_message_rings_the_doorbell_after_the_commit(given: Runtime) -> None:
    async with given.redis.pubsub() as bell:
        await bell.subscribe("doorbell")
        await bell.get_message(timeout=2)
        await add(given)
        heard = await bell.get_message(ignore_subscribe_messages=True, timeout=2)
        assert heard is not None
        assert heard["data"] == "content"


async def test_dead_redis_costs_nothing_but_the_bell(given: Runtime) -> None:
    await given.redis.aclose()
    given.redis.connection_pool.connection_kwargs["port"] = 1
    await add(given)
    assert len(await given.outbox.claim(10, "test")) == 1
