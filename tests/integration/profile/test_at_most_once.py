"""Each attempt is sent at most once, and its answer is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import grpc
import pytest
from grpc import StatusCode
from inergize.profile.v1 import profile_actions_pb2 as pb

from services.profile.actions import convert
from tests.integration.linkedin.conftest import SandboxProcess
from tests.integration.profile.conftest import ProfileRoom, StartProfile, publish
from tests.support.waiting import eventually

# What a server says to whoever writes while it restarts; a sequence counts through a rollback.
SHUTTING_DOWN_TWICE = """
CREATE SEQUENCE profile.tries;
GRANT USAGE ON SEQUENCE profile.tries TO inergize_profile;
CREATE FUNCTION profile.refuse_twice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('profile.tries') <= 2 THEN
        RAISE EXCEPTION USING ERRCODE = '57P01', MESSAGE = 'terminating connection';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_twice BEFORE UPDATE ON profile.linkedin_attempts
    FOR EACH ROW EXECUTE FUNCTION profile.refuse_twice();
"""


@asynccontextmanager
async def _claims_held_up(
    profile: ProfileRoom, request: pb.ExecuteActionRequest, *, until_waiting: int
) -> AsyncIterator[None]:
    """Let nobody claim the attempt until so many processes have looked and want to."""
    admin = profile.room.admin
    url = profile.room.given.settings.database.url
    assert url is not None
    holder = await asyncpg.connect(url.get_secret_value())

    async def are_waiting() -> bool:
        waiting = await admin.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = 'inergize-profile' AND wait_event_type = 'Lock'"
        )
        return bool(waiting == until_waiting)

    async with asyncio.timeout(30):
        held = holder.transaction()
        await held.start()
        await _insert_open_attempt(holder, request)
        yield
        await eventually(are_waiting)
        await held.rollback()
    await holder.close()


async def _insert_open_attempt(
    connection: asyncpg.Connection, request: pb.ExecuteActionRequest
) -> None:
    """The row of a sender who has got no further."""
    attempt = convert.attempt_from_proto(request)
    await connection.execute(
        "INSERT INTO profile.linkedin_attempts (attempt_id, user_id, request_hash)"
        " VALUES ($1, $2, $3)",
        attempt.attempt_id,
        attempt.user_id,
        attempt.request_hash,
    )


async def test_one_attempt_asked_for_twenty_times_at_once_is_sent_once(
    profile: ProfileRoom,
) -> None:
    request = publish(await profile.connected_user())

    replies = await asyncio.gather(*(profile.execute(request) for _ in range(20)))

    (applied,) = profile.applied()
    assert {reply.remote_id for reply in replies} == {applied["urn"]}


async def test_one_attempt_asked_of_two_processes_at_once_is_sent_once(
    profile: ProfileRoom, start_profile: StartProfile
) -> None:
    request = publish(await profile.connected_user())
    other = await start_profile(profile.sandbox, beside=profile)

    async with _claims_held_up(profile, request, until_waiting=2):
        calls = [
            asyncio.create_task(room.execute(request))
            for room in (profile, other)
            for _ in range(10)
        ]
    replies = await asyncio.gather(*calls)

    (applied,) = profile.applied()
    # A second send would have been rejected as a duplicate.
    assert {reply.outcome for reply in replies} <= {
        pb.ACTION_OUTCOME_CONFIRMED,
        pb.ACTION_OUTCOME_UNKNOWN,
    }
    assert (await other.execute(request)).remote_id == applied["urn"]


@pytest.mark.parametrize("fault", ["apply_then_drop", "apply_then_500"])
async def test_a_lost_answer_is_unknown_and_never_sent_again(
    profile: ProfileRoom, fault: str
) -> None:
    request = publish(await profile.connected_user())
    profile.sandbox.post("faults", kind=fault, operation="posts.CREATE")

    first = await profile.execute(request)
    second = await profile.execute(request)

    assert first.outcome == second.outcome == pb.ACTION_OUTCOME_UNKNOWN
    assert first.error_code == second.error_code == "no_answer"
    assert len(profile.applied()) == 1


async def test_a_linkedin_killed_in_the_middle_leaves_an_unknown_that_is_never_resent(
    start_profile: StartProfile, mortal_sandbox: SandboxProcess
) -> None:
    profile = await start_profile(mortal_sandbox)
    request = publish(await profile.connected_user())
    fault = {"kind": "apply_then_slow", "operation": "posts.CREATE", "detail": "4000"}
    mortal_sandbox.post("faults", **fault)

    call = asyncio.create_task(profile.execute(request))
    await profile.until_applied(request)
    mortal_sandbox.end(kill=True)
    first = await call
    mortal_sandbox.start()
    second = await profile.execute(request)

    assert first.outcome == second.outcome == pb.ACTION_OUTCOME_UNKNOWN
    assert len(profile.applied()) == 1


async def test_a_linkedin_that_cannot_be_reached_was_not_sent_to(
    start_profile: StartProfile, mortal_sandbox: SandboxProcess
) -> None:
    profile = await start_profile(mortal_sandbox)
    request = publish(await profile.connected_user())
    mortal_sandbox.end(kill=True)

    first = await profile.execute(request)
    mortal_sandbox.start()
    second = await profile.execute(request)

    for reply in (first, second):
        assert reply.outcome == pb.ACTION_OUTCOME_REJECTED
        assert (reply.error_code, reply.status_code) == ("not_sent", 0)
    assert profile.applied() == []


async def test_an_answer_is_kept_though_the_caller_has_gone(profile: ProfileRoom) -> None:
    request = publish(await profile.connected_user())
    profile.sandbox.post("faults", kind="apply_then_slow", operation="posts.CREATE", detail="700")

    with pytest.raises(grpc.aio.AioRpcError) as late:
        await profile.execute(request, timeout_seconds=0.3)
    assert late.value.code() is StatusCode.DEADLINE_EXCEEDED

    again = await profile.execute(request)
    (applied,) = profile.applied()
    assert (again.outcome, again.remote_id) == (pb.ACTION_OUTCOME_CONFIRMED, applied["urn"])


async def test_an_answer_is_kept_though_the_connections_were_cut_meanwhile(
    profile: ProfileRoom,
) -> None:
    request = publish(await profile.connected_user())
    profile.sandbox.post("faults", kind="apply_then_slow", operation="posts.CREATE", detail="500")

    call = asyncio.create_task(profile.execute(request))
    await profile.until_applied(request)
    cut = await profile.room.admin.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'inergize-profile' AND datname = current_database()"
    )

    assert cut
    assert (await call).outcome == pb.ACTION_OUTCOME_CONFIRMED
    assert await profile.attempt_state(request) == "confirmed"


async def test_an_answer_is_kept_though_the_database_refuses_it_at_first(
    profile: ProfileRoom,
) -> None:
    await profile.room.admin.execute(SHUTTING_DOWN_TWICE)
    request = publish(await profile.connected_user())

    reply = await profile.execute(request)

    assert reply.outcome == pb.ACTION_OUTCOME_CONFIRMED
    assert await profile.attempt_state(request) == "confirmed"
    assert await profile.room.admin.fetchval("SELECT last_value FROM profile.tries") == 3


async def test_an_attempt_whose_sender_died_is_unknown_and_not_sent(profile: ProfileRoom) -> None:
    request = publish(await profile.connected_user())
    await _insert_open_attempt(profile.room.admin, request)

    reply = await profile.execute(request)

    assert (reply.outcome, reply.error_code) == (pb.ACTION_OUTCOME_UNKNOWN, "sender_lost")
    assert await profile.attempt_state(request) == "unknown"
    assert profile.applied() == []
