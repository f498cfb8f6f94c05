"""A test a class: what is past its period goes, what is not stays."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.kernel.config import RetentionSettings
from services.kernel.retention import RetentionClass
from services.profile.retention.holdings import HOLDINGS
from tests.integration.profile.conftest import ProfileRoom
from tests.support.work import run_periodic

PERIODS = {one: one.period(RetentionSettings()) for one in RetentionClass}
A_MOMENT = timedelta(minutes=5)


async def sweep(profile: ProfileRoom) -> None:
    await run_periodic(profile.room, "sweep_linkedin_data")


async def _call(profile: ProfileRoom, user_id: UUID, age: timedelta) -> None:
    await profile.room.admin.execute(
        "INSERT INTO profile.linkedin_api_usage (user_id, endpoint, method, status_code,"
        " response_data, error_message, created_at) VALUES ($1, '/rest/posts', 'GET', 200,"
        " '{\"actor\": \"x\"}', 'words', now() - $2::interval)",
        user_id,
        age,
    )


async def _observation(
    profile: ProfileRoom, user_id: UUID, age: timedelta, import_id: UUID | None
) -> None:
    await profile.room.admin.execute(
        "INSERT INTO profile.linkedin_observations (user_id, import_id, kind, happened_at,"
        " fact_hash, created_at) VALUES ($1, $2, 'comment', now(), $3, now() - $4::interval)",
        user_id,
        import_id,
        uuid4().bytes,
        age,
    )


async def _import(profile: ProfileRoom, user_id: UUID, age: timedelta) -> UUID:
    import_id: UUID = await profile.room.admin.fetchval(
        "INSERT INTO profile.linkedin_imports (user_id, state, size_bytes, sha256, created_at)"
        " VALUES ($1, 'done', 1, sha256(''), now() - $2::interval) RETURNING id",
        user_id,
        age,
    )
    return import_id


async def test_bodies_go_and_the_call_itself_stays(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    period = PERIODS[RetentionClass.OTHER_MEMBERS]
    await _call(profile, user_id, period - A_MOMENT)
    await _call(profile, user_id, period + A_MOMENT)

    await sweep(profile)

    kept = await profile.room.admin.fetch(
        "SELECT response_data, error_message FROM profile.linkedin_api_usage ORDER BY created_at"
    )
    assert [(row["response_data"] is None, row["error_message"]) for row in kept] == [
        (True, None),
        (False, "words"),
    ]


async def test_calls_go(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    period = PERIODS[RetentionClass.CALL_RECORDS]
    await _call(profile, user_id, period - A_MOMENT)
    await _call(profile, user_id, period + A_MOMENT)

    await sweep(profile)

    assert await profile.count("linkedin_api_usage") == 1


async def test_a_profile_goes_once_its_connection_has_ended(profile: ProfileRoom) -> None:
    await profile.connected_user()
    await profile.connected_user()
    await profile.room.admin.execute("ALTER TABLE profile.linkedin_profiles DISABLE TRIGGER USER")
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_profiles SET updated_at = now() - $1::interval",
        PERIODS[RetentionClass.OWN_PROFILE] + A_MOMENT,
    )
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_profiles SET is_active = false"
        " WHERE id = (SELECT min(id::text)::uuid FROM profile.linkedin_profiles)"
    )

    await sweep(profile)

    assert await profile.count("linkedin_profiles") == 1


@pytest.mark.parametrize(("state", "left"), [("confirmed", 1), ("rejected", 1), ("unknown", 2)])
async def test_attempts_go_unless_they_are_open(
    profile: ProfileRoom, state: str, left: int
) -> None:
    user_id = await profile.room.make_user()
    period = PERIODS[RetentionClass.ATTEMPTS]
    for age in (period - A_MOMENT, period + A_MOMENT):
        await profile.room.admin.execute(
            "INSERT INTO profile.linkedin_attempts (attempt_id, user_id, request_hash, state,"
            " updated_at) VALUES ($1, $2, '\\x00', $3, now() - $4::interval)",
            uuid4(),
            user_id,
            state,
            age,
        )

    await sweep(profile)

    assert await profile.count("linkedin_attempts") == left


async def test_what_linkedin_told_goes_before_what_the_member_brought(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.room.make_user()
    activity = PERIODS[RetentionClass.SOCIAL_ACTIVITY]
    import_id = await _import(profile, user_id, activity + A_MOMENT)
    for age in (activity - A_MOMENT, activity + A_MOMENT):
        await _observation(profile, user_id, age, None)
        await _observation(profile, user_id, age, import_id)

    await sweep(profile)

    assert await profile.count("linkedin_observations") == 3


async def test_archives_go(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    period = PERIODS[RetentionClass.MEMBER_ARCHIVE]
    for age in (period - A_MOMENT, period + A_MOMENT):
        await _observation(profile, user_id, age, await _import(profile, user_id, age))

    await sweep(profile)

    assert await profile.count("linkedin_observations") == 1
    assert await profile.count("linkedin_imports") == 1


async def _figure(profile: ProfileRoom, user_id: UUID, subject_urn: str, age: timedelta) -> None:
    await profile.room.admin.execute(
        "INSERT INTO profile.linkedin_figures (user_id, subject_urn, metric_type, metric_value,"
        " measured_at) VALUES ($1, $2, 'impressions', 1, now() - $3::interval)",
        user_id,
        subject_urn,
        age,
    )


async def _figures(profile: ProfileRoom) -> set[str]:
    rows = await profile.room.admin.fetch("SELECT subject_urn FROM profile.linkedin_figures")
    return {row["subject_urn"] for row in rows}


async def test_counts_of_posts_go(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    period = PERIODS[RetentionClass.OWN_POST_COUNTS]
    await _figure(profile, user_id, "urn:li:share:1", period - A_MOMENT)
    await _figure(profile, user_id, "urn:li:ugcPost:2", period + A_MOMENT)

    await sweep(profile)

    assert await _figures(profile) == {"urn:li:share:1"}


async def test_pages_and_their_counts_go(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    period = PERIODS[RetentionClass.ORGANISATION]
    for number, age in enumerate((period - A_MOMENT, period + A_MOMENT), start=1):
        page = f"urn:li:organization:{number}"
        await _figure(profile, user_id, page, age)
        await profile.room.admin.execute(
            "INSERT INTO profile.linkedin_organizations (user_id, organization_urn, name, read_at)"
            " VALUES ($1, $2, 'A page', now() - $3::interval)",
            user_id,
            page,
            age,
        )

    await sweep(profile)

    assert await _figures(profile) == {"urn:li:organization:1"}
    kept = await profile.room.admin.fetchval(
        "SELECT organization_urn FROM profile.linkedin_organizations"
    )
    assert kept == "urn:li:organization:1"
    assert await profile.count("linkedin_organizations") == 1


async def test_counts_of_a_member_go_once_the_connection_has_ended(profile: ProfileRoom) -> None:
    connected = await profile.connected_user()
    gone = await profile.room.make_user()
    past = PERIODS[RetentionClass.OWN_PROFILE] + A_MOMENT
    await _figure(profile, connected, "urn:li:person:still", past)
    await _figure(profile, gone, "urn:li:person:gone", past)

    await sweep(profile)

    assert await _figures(profile) == {"urn:li:person:still"}


def test_every_class_that_is_used_has_a_test() -> None:
    tried = {
        RetentionClass.ORGANISATION,
        RetentionClass.OWN_POST_COUNTS,
        RetentionClass.OTHER_MEMBERS,
        RetentionClass.CALL_RECORDS,
        RetentionClass.OWN_PROFILE,
        RetentionClass.ATTEMPTS,
        RetentionClass.SOCIAL_ACTIVITY,
        RetentionClass.MEMBER_ARCHIVE,
    }
    assert {one.kept for one in HOLDINGS} == tried


def test_longer_than_published_needs_the_agreement_by_name() -> None:
    with pytest.raises(ValidationError, match="RETENTION_AGREEMENT"):
        RetentionSettings(other_members_hours=25)

    assert RetentionSettings(other_members_hours=25, agreement="Contract 7").agreement
    assert RetentionSettings(other_members_hours=12).other_members_hours == 12
