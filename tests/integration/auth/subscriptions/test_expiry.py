"""A subscription ends by itself: the account goes on with the free one, and its owner is told."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.auth.__main__ import build
from services.auth.subscriptions import expiry
from services.kernel.periodic import Cursor, PeriodicJob
from tests.integration.auth.conftest import People
from tests.support.rooms import RunningRoom

PAST = datetime.now(UTC) - timedelta(minutes=1)


@pytest.fixture
def job(room: RunningRoom) -> PeriodicJob:
    (found,) = [one for one in build(room.given).periodic if one.name == "end_subscriptions"]
    return found


async def subscription(room: RunningRoom, user_id: UUID) -> tuple[object, ...]:
    row = await room.admin.fetchrow(
        """SELECT subscription_tier, subscription_status, subscription_expires_at
             FROM auth.users WHERE id = $1""",
        user_id,
    )
    assert row is not None
    return tuple(row)


async def test_ended_subscription_becomes_the_free_one(
    room: RunningRoom, people: People, job: PeriodicJob
) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    await room.admin.execute(
        """UPDATE auth.users SET subscription_tier = 'premium', subscription_status = 'cancelled',
                  subscription_expires_at = now() + interval '1 hour' WHERE id = $1""",
        user_id,
    )
    tokens = await people.login(email)
    copy = f"session:{{{user_id}}}:{tokens.session_id}"
    assert '"tier": "premium"' in str(await room.given.redis.get(copy))
    await room.admin.execute("UPDATE auth.users SET subscription_expires_at = now()")
    await people.messages()

    assert await job.run(None) is None

    assert await subscription(room, user_id) == ("free", "active", None)
    assert await room.given.redis.get(copy) is None
    (mail,) = await people.messages()
    assert (mail.payload["template"], mail.payload["to"]) == ("subscription_ended", email)
    event = await room.admin.fetchval(
        "SELECT new_data FROM auth.audit_log WHERE new_data ->> 'event' = 'subscription_ended'"
    )
    assert '"former_tier": "premium"' in event


async def test_running_subscription_is_left_alone(room: RunningRoom, job: PeriodicJob) -> None:
    later = datetime.now(UTC) + timedelta(minutes=1)
    user_id = await room.make_user(subscription_tier="basic", subscription_expires_at=later)
    endless = await room.make_user(subscription_tier="enterprise")

    await job.run(None)

    assert await subscription(room, user_id) == ("basic", "active", later)
    assert await subscription(room, endless) == ("enterprise", "active", None)


@pytest.mark.parametrize(
    "columns",
    [{"subscription_tier": "free"}, {"is_verified": False}, {"is_active": False}],
)
async def test_who_has_lost_nothing_or_cannot_be_reached_gets_no_mail(
    room: RunningRoom, people: People, job: PeriodicJob, columns: dict[str, object]
) -> None:
    values = {"subscription_tier": "basic", "subscription_expires_at": PAST} | columns
    user_id = await room.make_user(**values)

    await job.run(None)

    assert await subscription(room, user_id) == ("free", "active", None)
    assert await people.messages() == []


async def test_many_that_end_at_once_each_end_once(
    room: RunningRoom, people: People, job: PeriodicJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "BATCH", 4)
    for _ in range(10):
        await room.make_user(subscription_tier="basic", subscription_expires_at=PAST)

    async def run_to_the_end() -> None:
        cursor: Cursor = await job.run(None)
        while cursor is not None:
            cursor = await job.run(cursor)

    await asyncio.gather(*(run_to_the_end() for _ in range(3)))
    await run_to_the_end()

    assert len(await people.messages()) == 10
    left = await room.admin.fetchval(
        "SELECT count(*) FROM auth.users WHERE subscription_tier <> 'free'"
    )
    assert left == 0
