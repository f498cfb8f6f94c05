"""Administrators find accounts, switch them off and on, and set what they have paid for."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import grpc
import jwt
import pytest
import pytest_asyncio
from google.protobuf.timestamp_pb2 import Timestamp
from inergize.auth.v1 import auth_pb2
from inergize.auth.v1 import auth_service_pb2 as pb
from inergize.auth.v1.auth_admin_service_pb2 import ListUsersResponse
from inergize.auth.v1.auth_internal_service_pb2 import CheckCallerRequest

from services.auth.admin.store import QUERIES
from tests.integration.auth.conftest import PASSWORD, People, bearer, refusal
from tests.integration.auth.oversight import Admin, current_user, make_admin
from tests.support.replies import error_info
from tests.support.rooms import RunningRoom
from tests.support.waiting import eventually

FREE, PREMIUM = auth_pb2.SUBSCRIPTION_TIER_FREE, auth_pb2.SUBSCRIPTION_TIER_PREMIUM
ACTIVE, CANCELLED = auth_pb2.SUBSCRIPTION_STATUS_ACTIVE, auth_pb2.SUBSCRIPTION_STATUS_CANCELLED
TRIAL = auth_pb2.SUBSCRIPTION_STATUS_TRIAL
WITHIN_SECONDS = 5.0


@pytest_asyncio.fixture
async def administrator(people: People) -> Admin:
    return await make_admin(people)


def at(**delta: float) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(datetime.now(UTC) + timedelta(**delta))
    return made


def emails(reply: ListUsersResponse) -> list[str]:
    return [one.user.email for one in reply.users]


async def test_accounts_are_listed_newest_first_in_pages(
    room: RunningRoom, administrator: Admin
) -> None:
    made = [await room.make_user(email=f"u{n}@example.org") for n in range(5)]
    await room.admin.execute(  # of one time: the id decides
        "UPDATE auth.users SET created_at = '2026-01-01' WHERE email LIKE 'u%@example.org'"
    )

    found, token = [], ""
    while True:
        reply = await administrator.list(page_size=2, page_token=token)
        found.append([UUID(one.user.user_id) for one in reply.users])
        token = reply.next_page_token
        if not token:
            break

    assert found[0][0] == administrator.user_id
    assert [user for one in found for user in one][1:] == sorted(made, reverse=True)
    assert [len(one) for one in found] == [2, 2, 2]


async def test_accounts_are_found_by_how_their_address_begins(
    room: RunningRoom, administrator: Admin
) -> None:
    for email in ("ada@x.org", "Ada.L@x.org", "adb@x.org", "ad%@x.org", "zada@x.org"):
        await room.make_user(email=email)

    assert set(emails(await administrator.list(email_prefix="ADA"))) == {"ada@x.org", "Ada.L@x.org"}
    assert emails(await administrator.list(email_prefix="ad%")) == ["ad%@x.org"]
    assert emails(await administrator.list(email_prefix="_")) == []


async def test_address_is_found_without_reading_all_accounts(room: RunningRoom) -> None:
    await room.admin.execute(
        """INSERT INTO auth.users (email, password_hash, first_name, last_name)
           SELECT md5(n::text) || '@example.org', 'x', 'A', 'B' FROM generate_series(1, 5000) n"""
    )
    await room.admin.execute("ANALYZE auth.users")
    await room.admin.execute("SET search_path = auth, public")

    rows = await room.admin.fetch(
        "EXPLAIN " + QUERIES["list_users"],
        "ada", [], False, None, None, 51, timedelta(days=14),
    )  # fmt: skip

    plan = "\n".join(row[0] for row in rows)
    assert "users_email_lower_key" in plan
    assert "Seq Scan on users" not in plan


async def test_accounts_are_listed_by_tier_and_suspension(
    room: RunningRoom, administrator: Admin
) -> None:
    await room.make_user(email="p@x.org", subscription_tier="premium")
    await room.make_user(email="off@x.org", is_active=False)

    assert emails(await administrator.list(tiers=[PREMIUM])) == ["p@x.org"]
    found = await administrator.list(only_suspended=True)
    assert emails(found) == ["off@x.org"]
    assert found.users[0].is_suspended


async def test_an_account_is_shown_with_its_locks(room: RunningRoom, administrator: Admin) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    user_id = await room.make_user(failed_logins=7, locked_until=until)

    found = await administrator.get(user_id)

    assert (found.failed_logins, found.is_suspended) == (7, False)
    assert found.locked_until_time.ToDatetime(tzinfo=UTC) == until
    assert found.user.user_id == str(user_id)


async def test_suspended_account_is_out_everywhere(people: People, administrator: Admin) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    sessions = [await people.login(email) for _ in range(2)]
    await current_user(people, bearer(sessions[0]))

    found = await administrator.suspend(user_id)

    assert found.is_suspended
    refused = await refusal(current_user(people, bearer(sessions[0])))
    assert error_info(refused).reason == "ERROR_REASON_SESSION_ENDED"
    started = time.monotonic()
    await eventually(lambda: is_out(people, sessions[0]), seconds=WITHIN_SECONDS)
    assert time.monotonic() - started < WITHIN_SECONDS
    for tokens in sessions:
        refused = await refusal(people.refresh(tokens.refresh_token))
        assert refused.code() is grpc.StatusCode.UNAUTHENTICATED
    refused = await refusal(people.login(email))
    assert error_info(refused).reason == "ERROR_REASON_CREDENTIALS_INVALID"
    reasons = await people.room.admin.fetch(
        "SELECT DISTINCT revoke_reason FROM auth.user_sessions WHERE user_id = $1", user_id
    )
    assert [row[0] for row in reasons] == ["admin"]
    keys = await people.room.given.redis.keys(f"session:{{{user_id}}}:*")
    assert keys == []


async def is_out(people: People, tokens: auth_pb2.SessionTokens) -> bool:
    try:
        await current_user(people, bearer(tokens))
    except grpc.aio.AioRpcError as refused:
        return refused.code() is grpc.StatusCode.UNAUTHENTICATED
    return False


async def test_reinstated_account_signs_in_again_without_locks(
    people: People, administrator: Admin
) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    for _ in range(7):
        await refusal(people.login(email, "wrong password of somebody"))
    await administrator.suspend(user_id)

    found = await administrator.reinstate(user_id)

    assert not found.is_suspended
    assert found.failed_logins == 0
    assert not found.HasField("locked_until_time")
    assert (await people.login(email)).access_token


async def test_suspending_twice_is_recorded_once(people: People, administrator: Admin) -> None:
    user_id = await people.verified(people.new_email())

    await asyncio.gather(*(administrator.suspend(user_id, "spam") for _ in range(5)))

    events = (await administrator.events(user_id=str(user_id), events=["user_suspended"])).events
    assert [json.loads(event.details_json) for event in events] == [{"reason": "spam"}]


async def test_own_account_cannot_be_suspended(administrator: Admin) -> None:
    refused = await refusal(administrator.suspend(administrator.user_id))

    assert refused.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert error_info(refused).reason == "ERROR_REASON_OWN_ACCOUNT"
    assert not (await administrator.get(administrator.user_id)).is_suspended


async def test_account_whose_erasure_has_begun_stays_off(
    room: RunningRoom, administrator: Admin
) -> None:
    user_id = await room.make_user(is_active=False)
    await room.admin.execute("UPDATE auth.users SET erasure_began_at = now() WHERE id=$1", user_id)

    refused = await refusal(administrator.reinstate(user_id))

    assert error_info(refused).reason == "ERROR_REASON_USER_NOT_FOUND"
    assert (await administrator.get(user_id)).is_suspended


async def test_subscription_is_known_to_running_sessions(
    people: People, administrator: Admin, internal: Any
) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    tokens = await people.login(email)
    copy = f"session:{{{user_id}}}:{tokens.session_id}"
    assert '"tier": "free"' in str(await people.room.given.redis.get(copy))

    ends = at(days=30)
    found = await administrator.set_subscription(
        user_id, tier=PREMIUM, status=ACTIVE, expires_time=ends
    )

    assert found.user.subscription_tier == PREMIUM
    assert found.user.subscription_expires_time == ends
    # The other services ask Auth, for there is no copy that says otherwise.
    assert await people.room.given.redis.get(copy) is None
    assert await tier_of_session(people, internal, user_id, tokens) == PREMIUM
    assert tier_in(await people.refresh(tokens.refresh_token)) == "premium"
    await people.room.admin.execute(  # its end comes: no job has run
        "UPDATE auth.users SET subscription_expires_at = now() WHERE id = $1", user_id
    )
    assert await tier_of_session(people, internal, user_id, tokens) == FREE
    assert tier_in(await people.login(email)) == "free"


async def tier_of_session(
    people: People, internal: Any, user_id: UUID, tokens: auth_pb2.SessionTokens
) -> int:
    request = CheckCallerRequest(session_id=tokens.session_id, user_id=str(user_id))
    reply = await internal.CheckCaller(request, metadata=people.room.as_service("content"))
    found: int = reply.subscription_tier
    return found


def tier_in(tokens: auth_pb2.SessionTokens) -> str:
    claims = jwt.decode(tokens.access_token, options={"verify_signature": False})
    return str(claims["tier"])


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"status": ACTIVE, "expires_time": at(seconds=-1)}, "must be in the future"),
        ({"status": ACTIVE, "expires_time": at(days=-9000)}, "must be in the future"),
        ({"status": CANCELLED}, "a cancelled subscription needs its end"),
        ({"status": TRIAL}, "a trial needs its end"),
        ({"status": ACTIVE, "expires_time": Timestamp(seconds=-(10**12))}, "years 1 and 9999"),
    ],
)
async def test_end_that_makes_no_sense_is_refused(
    people: People, administrator: Admin, fields: dict[str, Any], rule: str
) -> None:
    user_id = await people.verified(people.new_email())

    refused = await refusal(administrator.set_subscription(user_id, tier=PREMIUM, **fields))

    assert refused.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert f"expires_time: {rule}" in (refused.details() or "") or rule in (refused.details() or "")
    assert (await administrator.get(user_id)).user.subscription_tier == FREE


async def test_unknown_account_is_not_found(administrator: Admin) -> None:
    unknown = uuid4()
    for call in (
        administrator.get(unknown),
        administrator.suspend(unknown),
        administrator.reinstate(unknown),
        administrator.set_subscription(unknown, tier=PREMIUM, status=ACTIVE),
    ):
        refused = await refusal(call)
        assert error_info(refused).reason == "ERROR_REASON_USER_NOT_FOUND"


async def test_only_administrators_may(people: People, administrator: Admin) -> None:
    user_id = await people.verified(people.new_email())
    administrator.metadata = bearer(await people.signed_in())

    for call in (
        administrator.list(),
        administrator.get(user_id),
        administrator.suspend(user_id),
        administrator.reinstate(user_id),
        administrator.set_subscription(user_id, tier=PREMIUM, status=ACTIVE),
    ):
        assert (await refusal(call)).code() is grpc.StatusCode.PERMISSION_DENIED


async def test_what_changes_accounts_needs_a_fresh_proof(
    people: People, administrator: Admin
) -> None:
    user_id = await people.verified(people.new_email())
    await people.room.admin.execute(
        "UPDATE auth.user_sessions SET authenticated_at = now() - interval '11 minutes'"
    )
    await people.room.given.redis.flushall()

    async def is_stale() -> bool:
        try:
            await administrator.suspend(user_id)
        except grpc.aio.AioRpcError as refused:
            return bool(error_info(refused).reason == "ERROR_REASON_REAUTHENTICATION_REQUIRED")
        return False

    await eventually(is_stale, seconds=WITHIN_SECONDS + 2, every=0.2)
    assert (await administrator.get(user_id)).user.user_id == str(user_id)


async def test_looking_is_recorded(people: People, administrator: Admin) -> None:
    user_id = await people.verified(people.new_email())
    await administrator.get(user_id)
    await administrator.list()

    seen = (await administrator.events(user_id=str(user_id), events=["user_read"])).events
    assert [event.actor for event in seen] == [f"user:{administrator.user_id}"]
    own = await administrator.events(user_id=str(administrator.user_id), events=["users_listed"])
    assert len(own.events) == 1


async def test_password_of_a_suspended_account_is_not_confirmed(
    people: People, administrator: Admin
) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    await people.login(email)
    await administrator.suspend(user_id)

    request = pb.LoginRequest(email=email, password=PASSWORD)
    right = await refusal(people.stub.Login(request))
    wrong = await refusal(people.login(email, "something else entirely"))

    assert (right.code(), right.details()) == (wrong.code(), wrong.details())
