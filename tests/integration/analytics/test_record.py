"""Events come in: what is refused, and that what is accepted is a row."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.analytics.streams import partition_of
from tests.integration.analytics.calls import Analytics, event, refusal
from tests.support.replies import bad_request
from tests.support.valkey import Valkey

NOW = timedelta(0)


async def test_events_are_kept_before_anything_else_happens(analytics: Analytics) -> None:
    users = [uuid4() for _ in range(40)]

    await analytics.record([event(user_id) for user_id in users])

    assert await analytics.open_batches() == len({partition_of(user_id) for user_id in users})
    assert await analytics.stored() == []


async def test_batches_are_not_messages_for_workers(analytics: Analytics) -> None:
    await analytics.record([event(uuid4())])

    assert await analytics.room.given.outbox.claim(10, "scheduler") == []


async def test_times_out_of_range_are_named(analytics: Analytics) -> None:
    user_id = uuid4()
    batch = [
        event(user_id),
        event(user_id, ago=-timedelta(minutes=6)),
        event(user_id, ago=timedelta(days=31)),
        event(user_id, ago=timedelta(days=29)),
        event(user_id, ago=-timedelta(minutes=4)),
    ]

    refused = await refusal(analytics.record(batch))

    assert set(bad_request(refused)) == {"events[1].time", "events[2].time"}
    assert await analytics.open_batches() == 0


@pytest.mark.parametrize(
    "text",
    ["[1]", "null", "{", '{"a": NaN}', '{"a": 1e999}', '{"a": "\\u0000"}', '{"\\ud800": 1}',
     '{"a":' + "[" * 5000 + "]" * 5000 + "}", '{"a": ' + "9" * 5000 + "}"],
)  # fmt: skip
async def test_properties_that_cannot_be_kept_are_named(analytics: Analytics, text: str) -> None:
    user_id = uuid4()
    batch = [event(user_id), event(user_id, properties_json=text)]

    refused = await refusal(analytics.record(batch))

    assert set(bad_request(refused)) == {"events[1].properties_json"}


@pytest.mark.parametrize("text", ['{"a": "\\\\u0000"}', '{"ü": "\\ud83d\\ude00", "n": 1e300}'])
async def test_strange_properties_arrive(analytics: Analytics, text: str) -> None:
    await analytics.record([event(uuid4(), properties_json=text)])

    async with analytics.pipeline_running():
        await analytics.all_done()

    stored = await analytics.room.admin.fetchval(
        "SELECT properties = $1::text::jsonb FROM analytics.analytics_events", text
    )
    assert stored is True


async def test_accepted_without_redis(fragile: Analytics, own_valkey: Valkey) -> None:
    own_valkey.kill()

    await fragile.record([event(uuid4())])

    assert await fragile.open_batches() == 1
