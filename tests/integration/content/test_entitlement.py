"""No more content is scheduled than the subscription allows, however many calls come at once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import grpc
import pytest

from services.auth.__main__ import build as build_auth
from services.content.__main__ import build
from services.kernel import entitlements
from services.kernel.entitlements import Entitlements
from services.kernel.errors import Unavailable
from tests.integration.content.calls import Author, soon
from tests.integration.content.conftest import MakeAuthor
from tests.support.entitled import Entitled
from tests.support.identity import mesh_settings
from tests.support.replies import error_info
from tests.support.rooms import RunningRoom

NAME = "scheduled_posts"
ROUNDS = 20


async def drafts(author: Author, number: int) -> list[str]:
    return [(await author.create(f"post {n}")).content_id for n in range(number)]


async def refusals(author: Author, content_ids: list[str]) -> list[grpc.aio.AioRpcError]:
    """Schedule all at once; those that were refused."""
    calls = [author.schedule(content_id, soon(hours=1)) for content_id in content_ids]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    return [one for one in outcomes if isinstance(one, grpc.aio.AioRpcError)]


async def test_parallel_calls_never_pass_the_limit(author: Author, entitled: Entitled) -> None:
    entitled.limits[author.user_id] = {NAME: 3}
    content_ids = await drafts(author, 8)
    # As many connections as calls: without them one call would simply follow the other.
    pool = author.room.given.db
    await asyncio.gather(*(pool.fetch("SELECT pg_sleep(0.2)") for _ in content_ids))

    for _ in range(ROUNDS):
        refused = await refusals(author, content_ids)
        assert len(refused) == 5
        await author.room.admin.execute("UPDATE content.content SET status = 'draft'")
    for one in refused:
        assert one.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert error_info(one).reason == "ERROR_REASON_ENTITLEMENT"
        assert dict(error_info(one).metadata) == {"limit": NAME, "allowed": "3"}


async def test_room_that_is_given_back_can_be_used(author: Author, entitled: Entitled) -> None:
    entitled.limits[author.user_id] = {NAME: 1}
    one, other = await drafts(author, 2)
    await author.schedule(one, soon(hours=1))
    assert len(await refusals(author, [other])) == 1

    await author.schedule(one, soon(hours=2))  # moving takes no more room
    await author.unschedule(one)
    await author.schedule(other, soon(hours=1))


async def test_others_contents_do_not_count(
    author: Author, make_author: MakeAuthor, entitled: Entitled
) -> None:
    neighbour = await make_author()
    for user_id in (author.user_id, neighbour.user_id):
        entitled.limits[user_id] = {NAME: 1}
    (one,), (other,) = await drafts(author, 1), await drafts(neighbour, 1)

    await author.schedule(one, soon(hours=1))
    await neighbour.schedule(other, soon(hours=1))


async def test_no_limit_is_no_limit(author: Author, entitled: Entitled) -> None:
    entitled.limits[author.user_id] = {NAME: -1}

    assert await refusals(author, await drafts(author, 3)) == []


async def test_without_an_answer_nothing_is_scheduled(author: Author, entitled: Entitled) -> None:
    entitled.status = grpc.StatusCode.UNAVAILABLE

    (refused,) = await refusals(author, await drafts(author, 1))

    assert refused.code() is grpc.StatusCode.UNAVAILABLE
    assert error_info(refused).reason == "ERROR_REASON_UNAVAILABLE"


async def test_account_that_is_switched_off_schedules_nothing(
    author: Author, entitled: Entitled
) -> None:
    entitled.status = grpc.StatusCode.NOT_FOUND

    (refused,) = await refusals(author, await drafts(author, 1))

    assert refused.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.fixture
def client(room: RunningRoom) -> Entitlements:
    return Entitlements(room.given.mesh)


async def test_answer_is_remembered_for_a_minute_and_one_tier(
    client: Entitlements, entitled: Entitled, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = UUID(int=1)
    for tier in ("free", "free", "basic", "basic", "free"):
        await client.limit(user_id, tier, NAME)
    assert len(entitled.asked) == 3

    monkeypatch.setattr(entitlements, "FRESH_SECONDS", 0.0)
    await client.limit(user_id, "free", NAME)

    assert len(entitled.asked) == 4


async def test_old_answer_counts_while_auth_is_away_but_not_for_ever(
    client: Entitlements, entitled: Entitled, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = UUID(int=1)
    entitled.limits[user_id] = {NAME: 5}
    await client.limit(user_id, "free", NAME)
    entitled.status = grpc.StatusCode.UNAVAILABLE
    monkeypatch.setattr(entitlements, "FRESH_SECONDS", 0.0)

    assert await client.limit(user_id, "free", NAME) == 5

    monkeypatch.setattr(entitlements, "KEPT_SECONDS", 0.0)
    with pytest.raises(Unavailable):
        await client.limit(user_id, "free", NAME)


async def test_no_more_answers_are_kept_than_fit(
    client: Entitlements, entitled: Entitled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entitlements, "MOST_KEPT", 2)
    for number in (1, 2, 1, 3):
        await client.limit(UUID(int=number), "free", NAME)
    asked = len(entitled.asked)

    await client.limit(UUID(int=3), "free", NAME)
    assert len(entitled.asked) == asked
    await client.limit(UUID(int=1), "free", NAME)  # the oldest has gone
    assert len(entitled.asked) == asked + 1


async def test_limit_is_the_one_of_auth_itself(start_room: Any) -> None:
    mesh = mesh_settings()
    auth: RunningRoom = await start_room("auth", build_auth, mesh=mesh)
    address = {"address": auth.address}
    content: RunningRoom = await start_room("content", build, mesh=mesh.model_copy(update=address))
    user_id = await content.make_user(subscription_tier="basic")
    ended = {"subscription_tier": "premium", "subscription_expires_at": soon() - timedelta(hours=1)}
    former = await content.make_user(**ended)

    for one, tier, allowed in ((user_id, "basic", "100"), (former, "free", "10")):
        author = Author(content, one, content.as_user(one, tier=tier))
        await content.admin.execute(
            """INSERT INTO content.content (user_id, type, content, status, scheduled_at)
               SELECT $1, 'post', '{}', 'scheduled', now() + interval '1 day'
                 FROM generate_series(1, $2::integer)""",
            one,
            int(allowed),
        )
        (refused,) = await refusals(author, await drafts(author, 1))
        assert error_info(refused).metadata["allowed"] == allowed
