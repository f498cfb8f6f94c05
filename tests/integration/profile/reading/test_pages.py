"""Authors, mentions and completeness, from what was read."""

from uuid import UUID

import grpc
import pytest
from grpc import StatusCode
from inergize.profile.v1 import linkedin_reading_pb2 as pb

from tests.integration.linkedin.conftest import SandboxProcess
from tests.integration.profile.conftest import ProfileRoom, StartProfile, publish
from tests.integration.profile.reading.conftest import SCOPES, SYNC, Reading, counted
from tests.support.replies import error_info, retry_seconds
from tests.support.waiting import eventually

PAGE = "urn:li:organization:2414183"


def make_page(
    reading: Reading, *members: str, name: str = "Acme Corp", number: int = 2414183
) -> None:
    reading.profile.sandbox.post(
        "organisations",
        id=number,
        name=name,
        vanity_name=name.lower().replace(" ", "-"),
        roles=[{"member": member} for member in members],
    )


async def authors(profile: ProfileRoom, user_id: UUID) -> list[pb.Author]:
    reply = await profile.users.ListAuthors(
        pb.ListAuthorsRequest(), metadata=profile.room.as_user(user_id)
    )
    return list(reply.authors)


async def mentions(profile: ProfileRoom, user_id: UUID, text: str) -> pb.SearchMentionsResponse:
    return await profile.users.SearchMentions(
        pb.SearchMentionsRequest(query=text), metadata=profile.room.as_user(user_id)
    )


async def test_pages_are_authors_while_the_member_administers_them(reading: Reading) -> None:
    profile = reading.profile
    user_id = await profile.connected_user(member="ada")
    make_page(reading, "ada")
    profile.sandbox.post("counts", subject=PAGE, metric="FOLLOWER", count=77)
    await reading.sync(user_id)

    member, page = await authors(profile, user_id)

    assert member.urn == "urn:li:person:ada"
    assert member.can_publish
    assert (page.urn, page.display_name, page.can_publish) == (PAGE, "Acme Corp", True)
    assert page.page.followers_count == 77
    assert page.page.vanity_name == "acme-corp"

    profile.sandbox.post(
        "organisations",
        id=2414183,
        name="Acme Corp",
        vanity_name="acme-corp",
        roles=[{"member": "ada", "state": "REVOKED"}],
    )
    await reading.make_due()
    await reading.run(SYNC)

    assert [one.urn for one in await authors(profile, user_id)] == [member.urn]


async def test_a_pages_figures_are_told_with_how_they_changed(reading: Reading) -> None:
    user_id = await reading.profile.connected_user(member="ada")
    make_page(reading, "ada")
    followers = {"subject": PAGE, "metric": "FOLLOWER"}
    reading.profile.sandbox.post("counts", **followers, count=77)
    await reading.sync(user_id)
    reading.profile.sandbox.post("counts", **followers, count=80)
    await reading.make_due()
    await reading.run(SYNC)

    first, second = await reading.announced("profile_metrics")

    ((page, earlier), (same, later)) = [
        (one["urn"], counted(one)) for told in (first, second) for one in told["pages"]
    ]
    assert page == same == PAGE
    assert (earlier["followers"], later["followers"]) == ((77, None), (80, 77))
    assert later["impressions"][1] == earlier["impressions"][0]


async def test_an_author_says_which_scope_is_missing(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    await profile.room.admin.execute("UPDATE profile.linkedin_tokens SET scopes = '{openid}'")

    (member,) = await authors(profile, user_id)

    assert (member.can_publish, member.missing_scope) == (False, "w_member_social")


async def test_a_page_is_found_by_its_address_and_followers_by_name(reading: Reading) -> None:
    profile = reading.profile
    user_id = await profile.connected_user(member="ada")
    make_page(reading, "ada", name="Acme Corp")
    make_page(reading, name="Globex", number=99)
    profile.sandbox.post(
        "members", id="fan", given_name="Zita", family_name="Follower", sign_in=False
    )
    profile.sandbox.post(
        "organisations",
        id=2414183,
        name="Acme Corp",
        vanity_name="acme-corp",
        followers=["fan"],
    )
    await reading.sync(user_id)

    by_address = await mentions(profile, user_id, "https://www.linkedin.com/company/globex/")
    by_name = await mentions(profile, user_id, "acme")
    people = await mentions(profile, user_id, "zit")

    assert [one.urn for one in by_address.mentions] == ["urn:li:organization:99"]
    assert [one.markup for one in by_name.mentions] == [f"@[Acme Corp]({PAGE})"]
    assert [one.markup for one in people.mentions] == ["@[Zita Follower](urn:li:person:fan)"]
    assert people.was_searched_for_people


async def test_a_search_says_where_it_could_not_look(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()

    found = await mentions(profile, user_id, "somebody")

    assert list(found.mentions) == []
    assert not found.was_searched_for_people
    assert [one.name for one in found.withheld] == ["organisation"]


async def test_searches_have_a_limit_of_their_own(
    start_profile: StartProfile, sandbox: SandboxProcess
) -> None:
    profile = await start_profile(sandbox, mention_searches_per_minute=2)
    user_id, other = [await profile.connected_user() for _ in range(2)]
    for _ in range(2):
        await mentions(profile, user_id, "acme")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await mentions(profile, user_id, "acme")

    assert refused.value.code() is StatusCode.RESOURCE_EXHAUSTED
    info = error_info(refused.value)
    assert info.reason == "ERROR_REASON_LINKEDIN_SEARCH_TOO_OFTEN"
    assert dict(info.metadata) == {"per": "minute"}
    assert 0 < retry_seconds(refused.value) <= 60
    await mentions(profile, other, "acme")
    assert (await profile.execute(publish(user_id))).remote_id
    (key,) = await profile.room.given.redis.keys(f"mention_searches:*{user_id}*")
    await profile.room.given.redis.delete(key)  # as if the minute were over
    await mentions(profile, user_id, "acme")


async def test_the_days_searches_cost_no_more_than_their_share_of_calls(
    start_profile: StartProfile, open_sandbox: SandboxProcess
) -> None:
    profile = await start_profile(open_sandbox, scopes=SCOPES, mention_calls_per_day=2)
    user_id = await profile.connected_user()
    reading = Reading(profile)
    for number in (1, 2):
        await mentions(profile, user_id, f"acme-{number}")

        async def is_noted(number: int = number) -> bool:
            return await reading.calls("/rest/organizations?q=vanityName") == number

        await eventually(is_noted)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await mentions(profile, user_id, "acme-3")

    assert dict(error_info(refused.value).metadata) == {"per": "day"}
    assert 0 < retry_seconds(refused.value) <= 86_400
    assert (await profile.execute(publish(user_id))).remote_id


async def test_searches_go_on_while_redis_takes_no_counts(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    # A read-only replica refuses every script that writes, as one does after a failover.
    await profile.room.given.redis.config_set("min-replicas-to-write", 1)
    try:
        assert not (await mentions(profile, user_id, "acme")).mentions
    finally:
        await profile.room.given.redis.config_set("min-replicas-to-write", 0)


async def test_completeness_counts_what_is_known_alone(reading: Reading) -> None:
    profile = reading.profile
    user_id = await profile.connected_user(member="ada")
    await reading.sync(user_id)

    found = await profile.users.GetProfileCompleteness(
        pb.GetProfileCompletenessRequest(), metadata=profile.room.as_user(user_id)
    )

    known = {one.name for one in found.factors if one.is_known}
    assert known == {"name", "picture", "connections", "activity"}
    assert found.score == 100 * (5 + 20) // (5 + 20 + 15 + 15)
    row = await profile.row("linkedin_profiles")
    assert row["completeness_score"] == found.score
