"""Products, quotas and the clock, set through the sandbox's own interface."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.profile.linkedin.errors import TokenRefused
from services.profile.linkedin.outcome import Confirmed, Throttled

SignIn = Callable[..., Any]
READING = ("openid", "profile", "w_member_social", "r_organization_social")


async def post(session: Any) -> Any:
    return await session.linkedin.create_post(session.token, session.draft())


async def test_a_product_switched_off_refuses_its_calls_until_it_is_on_again(
    own_sandbox: Any, sign_in: SignIn
) -> None:
    session = await sign_in(own_sandbox)
    own_sandbox.post("products/revoke", product="share")
    assert (await post(session)).code == "ACCESS_DENIED"
    own_sandbox.post("products/grant", product="share")
    assert isinstance(await post(session), Confirmed)


async def test_a_product_opens_its_scopes(
    own_sandbox: Any, sign_in: SignIn, http: httpx.AsyncClient, connect: Callable[..., Any]
) -> None:
    url = connect(own_sandbox, scopes=READING).authorization_url("s")
    answer = await http.get(url)
    assert "unauthorized_scope_error" in answer.headers["location"]
    own_sandbox.post("products/grant", product="community-management")
    session = await sign_in(own_sandbox, scopes=READING)
    assert session.tokens.scopes == set(READING)


async def test_a_member_who_takes_consent_back_ends_every_token(
    own_sandbox: Any, sign_in: SignIn
) -> None:
    session = await sign_in(own_sandbox)
    own_sandbox.post("consents/withdraw", member=session.member.urn)
    with pytest.raises(TokenRefused) as refused:
        await session.linkedin.userinfo(session.token)
    assert refused.value.is_revoked
    assert own_sandbox.get("consents") == []


async def test_a_members_quota_is_used_up_alone_and_begins_anew_at_midnight(
    own_sandbox: Any, sign_in: SignIn
) -> None:
    session, other = await sign_in(own_sandbox), await sign_in(own_sandbox)
    own_sandbox.post("clock", time="2026-12-01T23:00:00Z")
    own_sandbox.post("quota", kind="member", calls_per_day=2, operation="posts.CREATE")
    assert [type(await post(session)) for _ in range(3)] == [Confirmed, Confirmed, Throttled]
    assert isinstance(await post(other), Confirmed)
    assert (await session.linkedin.userinfo(session.token)) == session.member
    own_sandbox.post("clock", time="2026-12-02T00:00:00Z")
    assert isinstance(await post(session), Confirmed)


async def test_an_applications_quota_is_everybodys_and_warns_at_three_quarters(
    own_sandbox: Any, sign_in: SignIn, http: httpx.AsyncClient
) -> None:
    first, second = await sign_in(own_sandbox), await sign_in(own_sandbox)
    own_sandbox.post("quota", kind="application", calls_per_day=4, operation="posts.CREATE")
    for session in (first, second, first):
        assert isinstance(await post(session), Confirmed)
    (usage,) = (
        row
        for row in own_sandbox.get("quota")
        if (row["operation"], row["kind"]) == ("posts.CREATE", "application")
    )
    assert (usage["calls"], usage["remaining"], usage["has_alert"]) == (3, 1, True)
    assert isinstance(await post(second), Confirmed)
    assert isinstance(await post(second), Throttled)
    own_sandbox.delete("quota")
    assert isinstance(await post(second), Confirmed)


async def test_a_429_says_whose_quota_it_was(
    own_sandbox: Any, sign_in: SignIn, http: httpx.AsyncClient
) -> None:
    session = await sign_in(own_sandbox)
    own_sandbox.post("quota", kind="member", calls_per_day=0, operation="userinfo.GET")
    headers = {"Authorization": f"Bearer {session.token}"}
    answer = await http.get(f"{own_sandbox.url}/v2/userinfo", headers=headers)
    assert answer.status_code == 429
    assert answer.json()["serviceErrorCode"] == 101
    assert answer.json()["message"] == (
        "Resource level throttle MEMBER DAY limit for calls to this resource is reached."
    )
    told = {name.lower() for name in answer.headers}
    assert not {name for name in told if "retry" in name or "ratelimit" in name}


async def test_what_creates_has_the_quotas_of_sharing_and_what_reads_has_none(
    own_sandbox: Any, sign_in: SignIn
) -> None:
    await post(await sign_in(own_sandbox))
    limits = {
        (row["operation"], row["kind"]): row["calls_per_day"] for row in own_sandbox.get("quota")
    }
    assert limits == {
        ("posts.CREATE", "application"): 100_000,
        ("posts.CREATE", "member"): 150,
        ("userinfo.GET", "application"): None,
        ("userinfo.GET", "member"): None,
    }


def test_the_clock_is_set_moved_and_real_again(own_sandbox: Any) -> None:
    own_sandbox.post("clock", time="2027-03-01T12:00:00+01:00")
    own_sandbox.post("clock", advance_seconds=86_400)
    assert own_sandbox.get("clock")["time"].startswith("2027-03-02T11:00:")
    own_sandbox.post("clock", is_real=True)
    now = datetime.fromisoformat(own_sandbox.get("clock")["time"])
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


async def test_the_log_is_found_by_the_answers_request_id(
    own_sandbox: Any, sign_in: SignIn
) -> None:
    session = await sign_in(own_sandbox)
    await post(session)
    await post(session)
    first, _ = own_sandbox.get("applied")
    assert own_sandbox.get("applied", request_id=first["request_id"]) == [first]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "rebound.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"host": "[::1"},
    ],
)
def test_web_pages_do_not_set_it_up(own_sandbox: Any, headers: dict[str, str]) -> None:
    own_sandbox.post("members", id="ada", sign_in=False)
    answer = httpx.post(f"{own_sandbox.url}/sandbox/reset", headers=headers)
    assert answer.status_code == 403
    assert len(own_sandbox.get("members")) == 1
