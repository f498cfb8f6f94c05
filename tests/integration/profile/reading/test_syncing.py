"""A profile is read when it is due or asked for, by one process, as far as LinkedIn tells."""

import asyncio
from uuid import UUID

import grpc
import pytest
from grpc import StatusCode
from inergize.profile.v1 import linkedin_reading_pb2 as pb
from inergize.profile.v1 import profile_pb2

from services.profile.reading.syncing import LEASE
from tests.integration.profile.conftest import ProfileRoom, StartProfile
from tests.integration.profile.reading.conftest import SYNC, Reading, counted
from tests.support.replies import error_info
from tests.support.waiting import eventually

FOLLOWERS = "/rest/memberFollowersCount?q=me"
MEMBER = "urn:li:person:ada"


async def test_a_reading_tells_what_linkedin_counts_and_by_how_much_it_changed(
    reading: Reading,
) -> None:
    user_id = await reading.profile.connected_user(member="ada")
    sandbox = reading.profile.sandbox
    sandbox.post("counts", subject=MEMBER, metric="FOLLOWER", count=120)
    sandbox.post("connections", member="ada", others=["bo", "cy"])

    first = await reading.sync(user_id)

    assert first.state == pb.LINKED_IN_SYNC_STATE_DONE
    assert (first.profile.followers_count, first.profile.connections_count) == (120, 2)
    assert not first.withheld

    sandbox.post("counts", subject=MEMBER, metric="FOLLOWER", count=150)
    await reading.make_due()
    await reading.run(SYNC)

    announced = [counted(one) for one in await reading.announced("profile_metrics")]
    assert [one["followers"] for one in announced] == [(120, None), (150, 120)]
    assert announced[1]["connections"] == (2, 2)


async def test_what_linkedin_does_not_open_is_named_and_not_asked_for(
    profile: ProfileRoom,
) -> None:
    reading = Reading(profile)
    user_id = await profile.connected_user()

    read = await reading.sync(user_id)

    assert read.state == pb.LINKED_IN_SYNC_STATE_DONE
    withheld = {one.name: one for one in read.withheld}
    assert set(withheld) == {"member_profile_analytics", "connections_size", "organisation"}
    assert withheld["organisation"].reason == pb.WITHHELD_REASON_SCOPE_MISSING
    assert list(withheld["organisation"].missing_scopes) == ["rw_organization_admin"]
    assert await reading.calls(FOLLOWERS) == 0


async def ability_of(reading: Reading, user_id: UUID, name: str) -> profile_pb2.LinkedInAbility:
    connection = await reading.profile.connection(user_id)
    found: profile_pb2.LinkedInAbility
    (found,) = [one for one in connection.abilities if one.name == name]
    return found


async def test_a_403_is_remembered_until_its_time_or_a_new_consent(reading: Reading) -> None:
    profile = reading.profile
    user_id = await profile.connected_user(member="ada")
    reading.close("r_member_profileAnalytics")

    read = await reading.sync(user_id)

    refused = {one.name: one for one in read.withheld}["member_profile_analytics"]
    assert refused.reason == pb.WITHHELD_REASON_REFUSED
    assert refused.HasField("retry_time")
    ability = await ability_of(reading, user_id, "member_profile_analytics")
    assert not ability.is_possible
    assert ability.obstacle.startswith("LinkedIn refuses this although you agreed to it.")
    assert ability.retry_time == refused.retry_time
    for _ in range(2):
        await reading.make_due()
        await reading.run(SYNC)
    await eventually(lambda: _is(reading, "/v2/userinfo", 4))
    assert await reading.calls(FOLLOWERS) == 1

    reading.close()
    begun = await profile.begin(user_id, member="ada")
    await profile.complete(begun, [("cookie", begun.cookie)])
    ability = await ability_of(reading, user_id, "member_profile_analytics")
    assert (ability.is_possible, ability.obstacle) == (True, "")
    assert not ability.HasField("retry_time")
    await reading.make_due()
    await reading.run(SYNC)

    await eventually(lambda: _is(reading, FOLLOWERS, 2))
    assert await profile.count("linkedin_refusals") == 0


async def test_two_schedulers_read_a_profile_once(
    reading: Reading, start_profile: StartProfile
) -> None:
    await reading.profile.connected_user(member="ada")
    await reading.make_due()

    await reading.run(SYNC, at_once=4)

    assert len(await reading.announced("profile_metrics")) == 1


async def test_a_reader_that_was_taken_for_dead_stores_nothing(reading: Reading) -> None:
    profile = reading.profile
    user_id = await profile.connected_user(member="ada")
    profile.sandbox.post(
        "faults", kind="slow", detail="1500", operation="memberFollowersCount.FINDER-me", count=1
    )
    late = asyncio.create_task(reading.sync(user_id))
    await eventually(lambda: _has_lease(reading))
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_profiles SET sync_lease_until = now() - interval '1 second'"
    )

    await reading.run(SYNC)
    await late

    assert len(await reading.announced("profile_metrics")) == 1


async def test_a_killed_reading_is_done_again_when_its_lease_has_lapsed(reading: Reading) -> None:
    profile = reading.profile
    await profile.connected_user(member="ada")
    # What a process leaves behind that died between two calls: a claim, and nothing else.
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_profiles SET next_sync_at = now() - interval '1 minute',"
        " sync_fence = sync_fence + 1, sync_lease_until = now() + $1::interval",
        LEASE,
    )
    await reading.run(SYNC)
    assert await reading.announced("profile_metrics") == []

    await profile.room.admin.execute(
        "UPDATE profile.linkedin_profiles SET sync_lease_until = now()"
    )
    await reading.run(SYNC)

    assert len(await reading.announced("profile_metrics")) == 1


async def test_syncing_that_is_switched_off_reads_only_what_is_asked_for(reading: Reading) -> None:
    profile = reading.profile
    user_id = await profile.connected_user(member="ada")
    await profile.room.admin.execute(
        "INSERT INTO profile.user_preferences (user_id, auto_sync_linkedin) VALUES ($1, false)"
        " ON CONFLICT (user_id) DO UPDATE SET auto_sync_linkedin = false",
        user_id,
    )
    await reading.make_due()
    await reading.run(SYNC)
    assert await reading.announced("profile_metrics") == []

    assert (await reading.sync(user_id)).state == pb.LINKED_IN_SYNC_STATE_DONE


async def test_a_profile_is_read_at_most_every_ten_minutes(reading: Reading) -> None:
    user_id = await reading.profile.connected_user(member="ada")
    await reading.sync(user_id)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await reading.sync(user_id)

    assert refused.value.code() is StatusCode.RESOURCE_EXHAUSTED
    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_SYNC_TOO_SOON"


async def test_an_outage_is_said_and_tried_again_later(reading: Reading) -> None:
    profile = reading.profile
    user_id = await profile.connected_user(member="ada")
    profile.sandbox.post("faults", kind="unavailable", operation="userinfo.GET", is_lasting=True)

    read = await reading.sync(user_id)

    assert (read.state, read.error) == (pb.LINKED_IN_SYNC_STATE_FAILED, "LinkedInUnavailable")
    row = await profile.row("linkedin_profiles")
    assert row["sync_error"] == "LinkedInUnavailable"
    assert row["sync_lease_until"] is None
    assert 0 < (row["next_sync_at"] - row["sync_tried_at"]).total_seconds() < 2 * 3600


async def test_a_refused_token_is_refreshed_and_the_reading_goes_on(reading: Reading) -> None:
    profile = reading.profile
    user_id = await profile.connected_user(member="ada")
    profile.sandbox.post(
        "faults", kind="expired", operation="memberFollowersCount.FINDER-me", count=1
    )

    read = await reading.sync(user_id)

    assert read.state == pb.LINKED_IN_SYNC_STATE_DONE
    await eventually(lambda: _is(reading, FOLLOWERS, 2))


async def test_whoever_is_not_connected_is_told(profile: ProfileRoom) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Reading(profile).sync(await profile.room.make_user())

    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_NOT_CONNECTED"


async def _is(reading: Reading, endpoint: str, calls: int) -> bool:
    return await reading.calls(endpoint) == calls


async def _has_lease(reading: Reading) -> bool:
    row = await reading.profile.row("linkedin_profiles")
    return row["sync_lease_until"] is not None


async def test_a_reading_is_told_to_webhooks_once(reading: Reading) -> None:
    user_id = await reading.profile.connected_user(member="ada")
    await reading.profile.room.admin.execute(
        "INSERT INTO profile.webhooks (user_id, url, host, event_types, secret_ct,"
        " secret_nonce, secret_key_id) VALUES ($1, 'https://example.com/', 'example.com',"
        " '{profile.synced}', '\\x00',"
        " decode('000000000000000000000000', 'hex'), 'none')",
        user_id,
    )

    synced = await reading.sync(user_id)

    (row,) = await reading.profile.room.admin.fetch(
        "SELECT event_type, payload::text AS body FROM profile.webhook_deliveries"
    )
    assert row["event_type"] == "profile.synced"
    assert '"completeness_score"' in row["body"]
    assert synced.state == pb.LINKED_IN_SYNC_STATE_DONE
