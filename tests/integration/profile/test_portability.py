"""The change log of members who have consented to it: each thing once, and only who and when."""

from typing import Any
from uuid import UUID

from tests.integration.profile.conftest import ProfileRoom, done_to, poll_changes, publish
from tests.support.work import run_periodic


async def told(profile: ProfileRoom) -> list[tuple[str, str]]:
    rows = await profile.room.admin.fetch(
        "SELECT kind, subject FROM profile.linkedin_observations ORDER BY happened_at, kind"
    )
    return [(row["kind"], row["subject"]) for row in rows]


async def log_of(profile: ProfileRoom, user_id: UUID) -> Any:
    (row,) = await profile.room.admin.fetch(
        "SELECT *, next_read_at - now() AS pause FROM profile.linkedin_changelogs"
        " WHERE user_id = $1",
        user_id,
    )
    return row


async def test_replies_and_acceptances_are_told_once(european: ProfileRoom) -> None:
    user_id = await european.connected_user(member="ada")
    post = await european.execute(publish(user_id))
    done_to(european, "ada", "connections", connectedMember="urn:li:person:other")
    done_to(european, "ada", "messages", thread="t", content="Words of somebody else")

    for _ in range(3):
        await poll_changes(european)

    assert sorted(await told(european)) == [
        ("connection", "urn:li:person:other"),
        ("message_received", "urn:li:person:other"),
        ("post", post.remote_id),
    ]
    kept = await european.room.admin.fetch("SELECT o::text FROM profile.linkedin_observations AS o")
    assert "Words" not in str(kept)


async def test_a_long_log_is_read_to_its_end(european: ProfileRoom) -> None:
    await european.connected_user(member="ada")
    for number in range(120):
        done_to(european, "ada", "messages", thread=f"t{number}")
        if number % 40 == 39:
            european.sandbox.post("clock", advance_seconds=1)

    await poll_changes(european)

    assert len(await told(european)) == 120


async def test_the_last_change_of_a_quiet_log_is_not_told_again(european: ProfileRoom) -> None:
    await european.connected_user(member="ada")
    done_to(european, "ada", "messages", thread="t")
    await poll_changes(european)
    # Two days later what was told is forgotten; LinkedIn tells its last change with every reading.
    await european.room.admin.execute("DELETE FROM profile.linkedin_observations")

    await poll_changes(european)

    assert await told(european) == []
    done_to(european, "ada", "connections", connectedMember="urn:li:person:other")
    await poll_changes(european)
    assert await told(european) == [("connection", "urn:li:person:other")]


async def test_a_member_who_has_not_consented_is_not_asked(profile: ProfileRoom) -> None:
    await profile.connected_user(member="ada")

    await run_periodic(profile.room, "read_change_logs")

    assert await profile.count("linkedin_changelogs") == 0


async def test_a_refusal_is_remembered_for_a_week(european: ProfileRoom) -> None:
    user_id = await european.connected_user(member="ada")
    european.sandbox.post("products/revoke", product="member-data-portability")

    await run_periodic(european.room, "read_change_logs")

    log = await log_of(european, user_id)
    assert "Not enough permissions" in log["refused_reason"]
    assert log["pause"].days >= 6


async def test_no_answer_is_asked_for_again_soon(european: ProfileRoom) -> None:
    user_id = await european.connected_user(member="ada")
    european.sandbox.post(
        "faults", kind="unavailable", path="/rest/memberChangeLogs", is_lasting=True
    )

    await run_periodic(european.room, "read_change_logs")

    log = await log_of(european, user_id)
    assert 0 < log["pause"].total_seconds() <= 3_600
    assert log["read_until"] is None
