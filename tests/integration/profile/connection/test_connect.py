"""Connecting LinkedIn: whoever began may finish, once, and all of it is stored or nothing."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
import httpx
import pytest
import redis
from grpc import StatusCode
from inergize.profile.v1 import profile_pb2
from inergize.profile.v1 import profile_service_pb2 as pb

from services.profile.connection.vault import Vault
from services.profile.model import SealedTokens
from tests.integration.linkedin.conftest import SandboxProcess
from tests.integration.profile.conftest import ProfileRoom, StartProfile
from tests.support.replies import bad_request, error_info, retry_seconds
from tests.support.valkey import Valkey
from tests.support.waiting import eventually


async def _nothing_stored(profile: ProfileRoom) -> bool:
    tables = ("linkedin_profiles", "linkedin_tokens", "linkedin_capabilities")
    kept = [await profile.count(table) for table in tables]
    return kept == [0, 0, 0] and not await _announced(profile)


async def _announced(profile: ProfileRoom) -> list[Any]:
    """The messages that say that somebody has connected."""
    return await profile.room.admin.fetch(
        "SELECT * FROM profile.outbox WHERE topic = 'linkedin_connected'"
    )


async def _access_token(profile: ProfileRoom, user_id: UUID) -> str:
    row = await profile.row("linkedin_tokens")
    columns = ("access_token_ct", "access_token_nonce", "data_key", "key_id")
    sealed = SealedTokens(*(row[column] for column in columns))
    return Vault(profile.room.given.keys).access_token(user_id, sealed)


async def test_start_binds_the_browser_and_keeps_no_secret_in_clear(
    profile: ProfileRoom, valkey: Valkey
) -> None:
    url, cookie = await profile.start(await profile.room.make_user())

    name, *attributes = cookie.split("; ")
    assert attributes == ["Path=/", "Max-Age=600", "HttpOnly", "SameSite=Lax"]
    nonce, state = name.partition("=")[2], httpx.URL(url).params["state"]
    with redis.Redis(port=valkey.port, decode_responses=True) as client:
        (key,) = client.keys("oauth_state:*")
        kept = client.get(key)
        assert 0 < client.ttl(key) <= 600
    assert nonce not in kept
    assert state not in kept
    assert state not in key


async def test_a_browser_with_its_cookie_connects(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    begun = await profile.begin(user_id, member="ada")

    call = profile.users.CompleteLinkedInConnect(
        pb.CompleteLinkedInConnectRequest(code=begun.code, state=begun.state),
        metadata=[("cookie", f"theme=dark; {begun.cookie}")],
    )
    headers, reply = dict(await call.initial_metadata()), await call

    assert reply.connection.state == profile_pb2.CONNECTION_STATE_CONNECTED
    assert reply.connection.member_urn == "urn:li:person:ada"
    assert "w_member_social" in reply.connection.scopes
    assert reply.page.content_type == "text/html; charset=utf-8"
    assert b"LinkedIn is connected" in reply.page.data
    assert "Max-Age=0" in headers["set-cookie"]
    assert str(headers["content-security-policy"]).startswith("default-src 'none'")
    assert await profile.connection(user_id) == reply.connection


async def test_connecting_stores_sealed_tokens_a_profile_and_a_message(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.connected_user(member="ada")

    token = await _access_token(profile, user_id)
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as member:
        told = await member.get(f"{profile.sandbox.url}/v2/userinfo")
    assert told.json()["sub"] == "ada"
    row = await profile.row("linkedin_tokens")
    assert not any(token.encode() in value for value in row.values() if isinstance(value, bytes))
    (message,) = await _announced(profile)
    assert (message["topic"], message["queue"]) == ("linkedin_connected", "high")
    payload = json.loads(message["payload"])
    assert payload == {"user_id": str(user_id), "announcement": payload["announcement"]}
    reply = await profile.users.GetLinkedInProfile(
        pb.GetLinkedInProfileRequest(), metadata=profile.room.as_user(user_id)
    )
    assert reply.profile.display_name == told.json()["name"]
    assert reply.profile.member_urn == "urn:li:person:ada"


async def test_a_consent_shows_what_the_application_may_do(profile: ProfileRoom) -> None:
    await profile.connected_user()

    rows = await profile.room.admin.fetch("SELECT * FROM profile.linkedin_capabilities")

    granted = {row["capability"]: row["granted"] for row in rows}
    assert granted["post_write"] is True
    assert granted["post_read"] is False
    assert "invitation" not in granted


async def test_calls_to_linkedin_are_counted_without_what_was_said(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()

    async def noted() -> bool:
        return await profile.count("linkedin_api_usage") == 2

    await eventually(noted)
    rows = await profile.room.admin.fetch(
        "SELECT * FROM profile.linkedin_api_usage WHERE user_id = $1 ORDER BY method DESC", user_id
    )
    calls = [(row["method"], row["endpoint"], row["status_code"]) for row in rows]
    assert calls == [("POST", "/oauth/v2/accessToken", 200), ("GET", "/v2/userinfo", 200)]
    assert all(row["request_data"] is None and row["response_data"] is None for row in rows)


async def test_a_program_completes_with_its_own_token(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    begun = await profile.begin(user_id)

    reply = await profile.complete(begun, profile.room.as_user(user_id))

    assert reply.connection.state == profile_pb2.CONNECTION_STATE_CONNECTED


async def test_a_program_that_asks_for_json_gets_json(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    begun = await profile.begin(user_id, member="ada")
    accepts = ("accept", "application/json, text/html;q=0.5")

    reply = await profile.complete(begun, [*profile.room.as_user(user_id), accepts])

    assert reply.page.content_type == "application/json"
    shown = json.loads(reply.page.data)["connection"]
    assert shown["state"] == "CONNECTION_STATE_CONNECTED"
    assert shown["memberUrn"] == "urn:li:person:ada"


@pytest.mark.parametrize("comes_with", ["nothing", "another cookie", "another user's token"])
async def test_nobody_else_may_finish(profile: ProfileRoom, comes_with: str) -> None:
    user_id, other_id = await profile.room.make_user(), await profile.room.make_user()
    begun = await profile.begin(user_id)
    _, other_cookie = await profile.start(other_id)
    metadata = {
        "nothing": [],
        "another cookie": [("cookie", other_cookie.partition(";")[0])],
        "another user's token": profile.room.as_user(other_id),
    }[comes_with]

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.complete(begun, metadata)

    assert refused.value.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_STATE_INVALID"
    assert await _nothing_stored(profile)


async def test_a_state_is_good_once(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    begun = await profile.begin(user_id)
    browser = [("cookie", begun.cookie)]

    async def attempt() -> str:
        try:
            await profile.complete(begun, browser)
        except grpc.aio.AioRpcError as refused:
            return str(error_info(refused).reason)
        return "connected"

    outcomes = await asyncio.gather(*(attempt() for _ in range(20)))

    assert outcomes.count("connected") == 1
    assert outcomes.count("ERROR_REASON_LINKEDIN_STATE_INVALID") == 19
    assert await attempt() == "ERROR_REASON_LINKEDIN_STATE_INVALID"


async def test_an_unknown_or_expired_state_is_refused(profile: ProfileRoom, valkey: Valkey) -> None:
    user_id = await profile.room.make_user()
    begun = await profile.begin(user_id)
    with redis.Redis(port=valkey.port) as client:
        (key,) = client.keys("oauth_state:*")
        client.pexpire(key, 1)

        async def expired() -> bool:
            return not client.exists(key)

        await eventually(expired)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.complete(begun, [("cookie", begun.cookie)])

    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_STATE_INVALID"


async def _sent_back(profile: ProfileRoom, **asked: str) -> tuple[dict[str, str], str]:
    """What LinkedIn really puts into its redirect when nothing is granted, and the cookie."""
    url, cookie = await profile.start(await profile.room.make_user())
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(str(httpx.URL(url).copy_merge_params(asked)))
    sent = dict(httpx.URL(answer.headers["location"]).params)
    sent.pop("from", None)  # the address that the application has registered has one of its own
    return sent, cookie.partition(";")[0]


REDIRECTS = [
    ({"sandbox_refusal": "user_cancelled_login"}, "CANCELLED", "You did not sign in", ""),
    ({"sandbox_refusal": "user_cancelled_authorize"}, "CANCELLED", "You did not allow", ""),
    ({"scope": "openid r_member_social"}, "SCOPE_REFUSED", "a permission", "r_member_social"),
    ({"scope": ""}, "SCOPE_REFUSED", "a permission", ""),
    ({"response_type": "token"}, "APPLICATION_REFUSED", "its operator", ""),
]


@pytest.mark.parametrize(("asked", "reason", "words", "scope"), REDIRECTS)
async def test_linkedins_refusals_are_told_in_words_and_by_reason(
    profile: ProfileRoom, asked: dict[str, str], reason: str, words: str, scope: str
) -> None:
    sent, cookie = await _sent_back(profile, **asked)
    request = pb.CompleteLinkedInConnectRequest(**sent)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.users.CompleteLinkedInConnect(request, metadata=[("cookie", cookie)])

    info = error_info(refused.value)
    assert refused.value.code() is StatusCode.FAILED_PRECONDITION
    assert info.reason == f"ERROR_REASON_LINKEDIN_{reason}"
    assert words in str(refused.value.details())
    assert info.metadata["error"] == sent["error"]
    assert info.metadata.get("scope", "") == scope
    assert await _nothing_stored(profile)


async def test_a_browser_is_shown_a_page_when_nothing_comes_of_it(profile: ProfileRoom) -> None:
    sent, cookie = await _sent_back(profile, sandbox_refusal="user_cancelled_authorize")
    asks = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8")

    call = profile.users.CompleteLinkedInConnect(
        pb.CompleteLinkedInConnectRequest(**sent), metadata=[("cookie", cookie), asks]
    )
    headers, reply = dict(await call.initial_metadata()), await call

    assert reply.page.content_type == "text/html; charset=utf-8"
    assert b"LinkedIn is not connected" in reply.page.data
    assert b"You did not allow the connection on LinkedIn&#x27;s page" in reply.page.data
    assert str(headers["content-security-policy"]).startswith("default-src 'none'")
    assert not reply.HasField("connection")
    assert await _nothing_stored(profile)


async def test_whoever_meets_a_spent_quota_is_told_when_to_start_again(
    start_profile: StartProfile, sandbox: SandboxProcess
) -> None:
    profile = await start_profile(sandbox, application_calls_per_day=1)
    await profile.connected_user()
    first, second = [await profile.begin(await profile.room.make_user()) for _ in range(2)]

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.complete(first, [("cookie", first.cookie)])
    shown = await profile.complete(second, [("cookie", second.cookie), ("accept", "text/html")])

    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_UNAVAILABLE"
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert abs(retry_seconds(refused.value) - (midnight - now).total_seconds()) < 60
    assert b"start connecting again later. Try again in" in shown.page.data
    assert await profile.count("linkedin_tokens") == 1


async def test_two_consents_of_one_user_at_once_store_one_of_them_whole(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.room.make_user()
    begun = [await profile.begin(user_id, member=member) for member in ("ada", "grace")]

    await asyncio.gather(*(profile.complete(one, [("cookie", one.cookie)]) for one in begun))

    token = await _access_token(profile, user_id)
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as member:
        told = (await member.get(f"{profile.sandbox.url}/v2/userinfo")).json()
    connection = await profile.connection(user_id)
    assert connection.member_urn == f"urn:li:person:{told['sub']}"


async def test_a_forged_code_is_refused_and_stores_nothing(profile: ProfileRoom) -> None:
    begun = await profile.begin(await profile.room.make_user())

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.complete(begun, [("cookie", begun.cookie)], code="forged")

    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_REFUSED"
    assert await _nothing_stored(profile)


async def test_neither_code_nor_error_leaves_the_state_good(profile: ProfileRoom) -> None:
    begun = await profile.begin(await profile.room.make_user())
    browser = [("cookie", begun.cookie)]

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.complete(begun, browser, code="")

    assert bad_request(refused.value) == {"code": "is required unless error is set"}
    assert (await profile.complete(begun, browser)).connection.member_urn


async def test_linkedin_out_of_reach_is_unavailable_and_stores_nothing(
    start_profile: StartProfile, mortal_sandbox: SandboxProcess
) -> None:
    profile = await start_profile(mortal_sandbox)
    begun = await profile.begin(await profile.room.make_user())
    mortal_sandbox.end(kill=True)

    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await profile.complete(begun, [("cookie", begun.cookie)])

    assert failed.value.code() is StatusCode.UNAVAILABLE
    assert error_info(failed.value).reason == "ERROR_REASON_LINKEDIN_UNAVAILABLE"
    assert await _nothing_stored(profile)


async def test_one_linkedin_account_serves_one_user(profile: ProfileRoom) -> None:
    holder = await profile.connected_user(member="ada")
    begun = await profile.begin(await profile.room.make_user(), member="ada")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.complete(begun, [("cookie", begun.cookie)])

    assert refused.value.code() is StatusCode.ALREADY_EXISTS
    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_ACCOUNT_TAKEN"
    assert await profile.count("linkedin_tokens") == 1
    assert len(await _announced(profile)) == 1
    connection = await profile.connection(holder)
    assert connection.state == profile_pb2.CONNECTION_STATE_CONNECTED


async def test_connecting_another_account_replaces_what_was_read_of_the_first(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.connected_user(member="ada")
    await profile.room.admin.execute("UPDATE profile.linkedin_profiles SET headline = 'Countess'")
    begun = await profile.begin(user_id, member="grace")

    await profile.complete(begun, [("cookie", begun.cookie)])

    reply = await profile.users.GetLinkedInProfile(
        pb.GetLinkedInProfileRequest(), metadata=profile.room.as_user(user_id)
    )
    assert (reply.profile.member_urn, reply.profile.headline) == ("urn:li:person:grace", "")
    assert await profile.count("linkedin_tokens") == 1


async def test_connecting_works_with_pkce(
    start_profile: StartProfile, tmp_path_factory: pytest.TempPathFactory, valkey: Valkey
) -> None:
    sandbox = SandboxProcess(tmp_path_factory.mktemp("linkedin-pkce"), ("--pkce",))
    sandbox.start()
    try:
        profile = await start_profile(sandbox, is_pkce_enabled=True)
        begun = await profile.begin(await profile.room.make_user())
        reply = await profile.complete(begun, [("cookie", begun.cookie)])
    finally:
        sandbox.end()

    assert reply.connection.state == profile_pb2.CONNECTION_STATE_CONNECTED


async def test_a_repeat_without_the_cookie_gets_no_stored_answer(profile: ProfileRoom) -> None:
    begun = await profile.begin(await profile.room.make_user(), member="ada")
    request = pb.CompleteLinkedInConnectRequest(code=begun.code, state=begun.state)
    key, cookie = ("idempotency-key", "1"), ("cookie", begun.cookie)
    first = await profile.users.CompleteLinkedInConnect(request, metadata=[cookie, key])

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.users.CompleteLinkedInConnect(request, metadata=[key])
    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_STATE_INVALID"
    assert await profile.users.CompleteLinkedInConnect(request, metadata=[cookie, key]) == first
