"""Posts that went through us are measured, more seldom as they age, within a day's calls."""

from uuid import UUID, uuid4

from inergize.profile.v1 import linkedin_reading_pb2 as pb
from inergize.profile.v1 import profile_action_kinds_pb2 as kinds
from inergize.profile.v1 import profile_actions_pb2 as internal

from services.profile.reading.measuring import CALLS_A_DAY
from tests.integration.profile.conftest import publish
from tests.integration.profile.reading.conftest import MEASURE, Reading, counted

ANALYTICS = "/rest/memberCreatorPostAnalytics?q=entity"


async def published(reading: Reading, hours_ago: int = 2) -> str:
    """A post of a connected member, as old as that."""
    profile = reading.profile
    user_id = await profile.connected_user(member="ada")
    urn = (await profile.execute(publish(user_id))).remote_id
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_attempts SET sent_at = now() - make_interval(hours => $1)",
        hours_ago,
    )
    return str(urn)


def delete(user_id: UUID, urn: str) -> internal.ExecuteActionRequest:
    """A new attempt at taking a post down."""
    return internal.ExecuteActionRequest(
        attempt_id=str(uuid4()),
        user_id=str(user_id),
        delete_post=kinds.DeletePost(post_urn=urn),
    )


async def measure_again(reading: Reading) -> None:
    await reading.profile.room.admin.execute(
        "UPDATE profile.linkedin_posts SET next_measure_at = now()"
        " WHERE next_measure_at IS NOT NULL"
    )
    await reading.run(MEASURE)


async def test_a_post_is_measured_and_its_change_is_told(reading: Reading) -> None:
    urn = await published(reading)
    sandbox = reading.profile.sandbox
    sandbox.post("counts", subject=urn, metric="IMPRESSION", count=40)
    sandbox.post("counts", subject=urn, metric="MEMBERS_REACHED", count=30)

    done = await reading.profile.internal.CollectMetrics(
        pb.CollectMetricsRequest(), metadata=reading.profile.room.as_service("workers")
    )
    sandbox.post("counts", subject=urn, metric="IMPRESSION", count=55)
    await measure_again(reading)

    assert (done.measured, done.put_off) == (1, 0)
    first, second = await reading.announced("post_metrics")
    assert first["post_urn"] == urn
    assert counted(first) == {
        "views": (40, None),
        "members_reached": (30, None),
        "likes": (0, None),
        "comments": (0, None),
        "shares": (0, None),
    }
    assert counted(second)["views"] == (55, 40)


async def test_several_schedulers_measure_a_post_once(reading: Reading) -> None:
    await published(reading)

    await reading.run(MEASURE, at_once=4)

    assert len(await reading.announced("post_metrics")) == 1


async def test_where_analytics_are_refused_the_visible_counts_are_read(reading: Reading) -> None:
    await published(reading)
    reading.close("r_member_postAnalytics")

    await reading.run(MEASURE)
    await measure_again(reading)

    kept = [set(counted(one)) for one in await reading.announced("post_metrics")]
    assert kept == [{"likes", "comments"}] * 2
    assert await reading.calls(ANALYTICS) == 1


async def test_a_post_that_is_gone_is_measured_no_more(reading: Reading) -> None:
    urn = await published(reading)
    profile = reading.profile
    user_id = (await profile.row("linkedin_profiles"))["user_id"]
    await profile.execute(delete(user_id, urn))

    await reading.run(MEASURE)

    assert await reading.announced("post_metrics") == []
    row = await profile.row("linkedin_posts")
    assert (row["measured_at"], row["next_measure_at"]) == (None, None)


async def test_without_a_connection_posts_wait(reading: Reading) -> None:
    await published(reading)
    await reading.profile.room.admin.execute(
        "UPDATE profile.linkedin_profiles SET is_active = false"
    )

    await reading.run(MEASURE)

    assert (await reading.profile.row("linkedin_posts"))["fence"] == 0


async def test_the_days_calls_are_not_exceeded(reading: Reading) -> None:
    await published(reading)
    admin = reading.profile.room.admin
    await admin.execute(
        "INSERT INTO profile.linkedin_api_usage (user_id, endpoint, method, status_code)"
        " SELECT user_id, $1, 'GET', 200 FROM profile.linkedin_profiles, generate_series(1, $2)",
        ANALYTICS,
        CALLS_A_DAY,
    )

    await reading.run(MEASURE)

    assert await reading.announced("post_metrics") == []
    row = await reading.profile.row("linkedin_posts")
    assert row["measured_at"] is None
    assert row["next_measure_at"] > row["posted_at"]
