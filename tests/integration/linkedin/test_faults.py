"""Every failure that the sandbox can act out, seen from the real client."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.profile.linkedin.errors import LinkedInUnavailable, OAuthRefused
from services.profile.linkedin.outcome import Confirmed, Rejected, Throttled, Unknown

SignIn = Callable[..., Any]
ON_POSTS = {"operation": "posts.CREATE"}


SLOW = {"apply_then_hang": "5000", "apply_then_slow": "5000"}
"""Longer than the hasty client waits, which gives up at once."""


async def post(session: Any) -> Any:
    return await session.linkedin.create_post(session.token, session.draft())


@pytest.fixture
async def member(own_sandbox: Any, sign_in: SignIn) -> Any:
    return await sign_in(own_sandbox)


@pytest.fixture
async def hasty(own_sandbox: Any, member: Any, connect: Callable[..., Any]) -> Any:
    """The same member by a client that does not wait for what is slow."""
    return replace(member, linkedin=connect(own_sandbox, timeout_ms=700))


@pytest.mark.parametrize(
    ("kind", "detail", "status"),
    [
        ("drop", "", None),
        ("drop-before-apply", "", None),
        ("hang", "5000", None),
        ("server-error", "502", 502),
        ("unavailable", "", 503),
    ],
)
async def test_a_failure_before_the_work_is_unknown_and_nothing_was_applied(
    *, own_sandbox: Any, member: Any, hasty: Any, kind: str, detail: str, status: int | None
) -> None:
    own_sandbox.post("faults", kind=kind, detail=detail, **ON_POSTS)
    outcome = await post(hasty if kind == "hang" else member)
    assert isinstance(outcome, Unknown)
    assert str(status or "") in outcome.reason
    assert own_sandbox.get("applied") == []
    assert isinstance(await post(member), Confirmed)


@pytest.mark.parametrize(
    "kind", ["apply-then-drop-reply", "apply_then_500", "apply_then_hang", "apply_then_slow"]
)
async def test_a_failure_after_the_work_is_unknown_and_it_was_applied(
    own_sandbox: Any, member: Any, hasty: Any, kind: str
) -> None:
    own_sandbox.post("faults", kind=kind, detail=SLOW.get(kind, ""), **ON_POSTS)
    assert isinstance(await post(hasty if kind in SLOW else member), Unknown)
    assert len(own_sandbox.get("applied")) == 1


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("expired", "EXPIRED_ACCESS_TOKEN"),
        ("revoked", "REVOKED_ACCESS_TOKEN"),
        ("invalid_token", "INVALID_ACCESS_TOKEN"),
    ],
)
async def test_a_token_is_called_bad_and_is_good_afterwards(
    own_sandbox: Any, member: Any, kind: str, code: str
) -> None:
    own_sandbox.post("faults", kind=kind, **ON_POSTS)
    outcome = await post(member)
    assert isinstance(outcome, Rejected)
    assert (outcome.status, outcome.code) == (401, code)
    assert isinstance(await post(member), Confirmed)


@pytest.mark.parametrize(
    ("detail", "is_for_the_day"),
    [("application-day", True), ("MEMBER DAY", True), ("plain", False), ("infrastructure", False)],
)
async def test_a_throttle_is_for_the_day_or_for_a_moment(
    own_sandbox: Any, member: Any, detail: str, is_for_the_day: bool
) -> None:
    own_sandbox.post("faults", kind="throttle", detail=detail, **ON_POSTS)
    outcome = await post(member)
    assert isinstance(outcome, Throttled)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    assert (outcome.until == midnight + timedelta(days=1)) is is_for_the_day


async def test_repetition_shows_as_a_second_post(own_sandbox: Any, member: Any) -> None:
    own_sandbox.post("faults", kind="duplicate-visible", is_lasting=True, **ON_POSTS)
    draft = member.draft()
    first = await member.linkedin.create_post(member.token, draft)
    second = await member.linkedin.create_post(member.token, draft)
    urns = [entry["urn"] for entry in own_sandbox.get("applied")]
    assert urns == [first.remote_id, second.remote_id]
    assert len(set(urns)) == 2


async def test_a_partial_upload_leaves_nothing_and_may_be_repeated(
    own_sandbox: Any, member: Any, http: httpx.AsyncClient
) -> None:
    headers = {"Authorization": f"Bearer {member.token}", "LinkedIn-Version": "202609"}
    url = f"{own_sandbox.url}/rest/images?action=initializeUpload"
    wanted = {"initializeUploadRequest": {"owner": member.member.urn}}
    begun = (await http.post(url, headers=headers, json=wanted)).json()["value"]
    own_sandbox.post("faults", kind="partial-upload", method="PUT", path="/dms-uploads/*")
    with pytest.raises(httpx.TransportError):
        await http.put(begun["uploadUrl"], content=b"x" * 100_000)
    (asset,) = own_sandbox.get("assets")
    assert asset["sha256"] is None
    assert (await http.put(begun["uploadUrl"], content=b"x" * 100_000)).status_code == 201


async def test_only_calls_that_fit_are_struck(
    own_sandbox: Any, member: Any, sign_in: SignIn, http: httpx.AsyncClient
) -> None:
    other = await sign_in(own_sandbox)
    fitting = {"method": "GET", "path": "/v2/user*", "member": member.member.urn}
    own_sandbox.post("faults", kind="unavailable", is_lasting=True, **fitting)
    url = f"{own_sandbox.url}/v2/userinfo"
    seen = [
        (await http.get(url, headers={"Authorization": f"Bearer {who.token}"})).status_code
        for who in (other, member, member)
    ]
    assert seen == [200, 503, 503]
    assert isinstance(await post(member), Confirmed)


async def test_a_young_token_is_called_revoked_until_it_is_older(
    own_sandbox: Any, member: Any, sign_in: SignIn
) -> None:
    own_sandbox.post("faults", kind="revoked", token_younger_ms=60_000, is_lasting=True)
    assert (await post(member)).code == "REVOKED_ACCESS_TOKEN"
    own_sandbox.post("clock", advance_seconds=61)
    assert isinstance(await post(member), Confirmed)


async def test_chance_follows_from_the_seed(
    own_sandbox: Any, member: Any, http: httpx.AsyncClient
) -> None:
    async def pattern(seed: int) -> list[int]:
        own_sandbox.delete("faults")
        own_sandbox.post("faults", kind="unavailable", probability=0.4, seed=seed)
        headers = {"Authorization": f"Bearer {member.token}"}
        url = f"{own_sandbox.url}/v2/userinfo"
        return [(await http.get(url, headers=headers)).status_code for _ in range(24)]

    first = await pattern(7)
    assert 3 <= first.count(503) <= 18
    assert await pattern(7) == first
    assert await pattern(8) != first


async def test_sign_in_and_refresh_can_fail_too(own_sandbox: Any, member: Any) -> None:
    on_tokens = {"operation": "accessToken.POST"}
    own_sandbox.post("faults", kind="unavailable", **on_tokens)
    with pytest.raises(LinkedInUnavailable):
        await member.linkedin.refresh(member.tokens.refresh_token)
    own_sandbox.post("faults", kind="revoked", **on_tokens)
    with pytest.raises(OAuthRefused, match="revoked") as refused:
        await member.linkedin.refresh(member.tokens.refresh_token)
    assert refused.value.code == "invalid_grant"
    assert await member.linkedin.refresh(member.tokens.refresh_token)


async def test_faults_are_listed_and_cleared(own_sandbox: Any) -> None:
    first = own_sandbox.post("faults", kind="slow", count=3)
    second = own_sandbox.post("faults", kind="server_error")
    assert (first["detail"], first["remaining"], second["detail"]) == ("1000", 3, "500")
    own_sandbox.delete(f"faults/{first['id']}")
    assert own_sandbox.get("faults") == [second]
    own_sandbox.delete("faults")
    assert own_sandbox.get("faults") == []


@pytest.mark.parametrize(
    ("path", "body", "field", "rule"),
    [
        ("faults", {"kind": "earthquake"}, "kind", "must be one of slow, hang, drop"),
        ("faults", {}, "kind", "is required"),
        ("faults", {"kind": "slow", "detail": "soon"}, "detail", "whole number of milliseconds"),
        ("faults", {"kind": "drop", "detail": "1"}, "detail", "must be empty"),
        ("faults", {"kind": "throttle", "detail": "YEAR"}, "detail", "must be one of PLAIN"),
        ("faults", {"kind": "drop", "count": 0}, "count", "must be greater than or equal to 1"),
        ("faults", {"kind": "drop", "count": 1, "is_lasting": True}, "count", "a lasting fault"),
        ("faults", {"kind": "drop", "probability": 2}, "probability", "less than or equal to 1"),
        ("faults", {"kind": "drop", "path": "rest"}, "path", "must"),
        ("faults", {"kind": "drop", "times": 2}, "times", "is not a field of this request"),
        ("clock", {}, "body", "exactly one of advance_seconds, time and is_real"),
        ("clock", {"time": "2027-01-01T00:00:00"}, "time", "must have timezone info"),
        ("members", {"id": "a b"}, "id", "must match pattern"),
        ("products/grant", {"product": "love"}, "product", "'love' is not one of"),
        ("apps", {"client_id": "x", "scopes": ["w_all"]}, "scopes", "'w_all' is not one of"),
        ("apps", {"client_id": "x"}, "client_secret", "is required for a new application"),
        ("quota", {"kind": "team", "calls_per_day": 1}, "kind", "must be 'application' or"),
        ("quota", {"kind": "member", "calls_per_day": -1}, "calls_per_day", "greater than or"),
    ],
)
def test_bad_input_is_refused_by_field_and_rule(
    sandbox: Any, path: str, body: dict[str, Any], field: str, rule: str
) -> None:
    answer = httpx.post(f"{sandbox.url}/sandbox/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["field"] == field
    assert rule in answer.json()["message"]
