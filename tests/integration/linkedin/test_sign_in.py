"""Authorization, tokens and identity between the real client and a sandbox process."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.profile.linkedin.client import LinkedIn
from services.profile.linkedin.errors import LinkedInUnavailable, OAuthRefused, TokenRefused

Connect = Callable[..., LinkedIn]
ONE_MINUTE = timedelta(minutes=1)


def sent_back(answer: httpx.Response) -> httpx.QueryParams:
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith("http://127.0.0.1:1/callback?from=linkedin&")
    return httpx.URL(answer.headers["location"]).params


async def code_for(http: httpx.AsyncClient, url: str) -> str:
    return str(sent_back(await http.get(url))["code"])


async def test_authorization_comes_straight_back_with_code_and_state(
    sandbox: Any, connect: Connect, http: httpx.AsyncClient
) -> None:
    back = sent_back(await http.get(connect(sandbox).authorization_url("st/ä te")))
    assert back["state"] == "st/ä te"
    assert back["code"]


async def test_sign_in_yields_tokens_and_a_new_member_each_time(
    sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    first, second = await sign_in(sandbox), await sign_in(sandbox)
    assert first.member.subject != second.member.subject
    assert first.tokens.scopes == {"openid", "profile", "email", "w_member_social"}
    assert 400 <= len(first.tokens.access_token) <= 1000
    now = datetime.now(UTC)
    assert abs(first.tokens.expires_at - now - timedelta(days=60)) < ONE_MINUTE
    assert abs(first.tokens.refresh_expires_at - now - timedelta(days=365)) < ONE_MINUTE


async def test_a_named_member_signs_in_again_as_the_same_person(
    sandbox: Any, connect: Connect, http: httpx.AsyncClient
) -> None:
    linkedin = connect(sandbox)
    url = linkedin.authorization_url("s") + "&sandbox_member=ada-7"
    found = [
        await linkedin.userinfo((await linkedin.exchange_code(code)).access_token)
        for code in [await code_for(http, url), await code_for(http, url)]
    ]
    assert found[0] == found[1]
    assert found[0].urn == "urn:li:person:ada-7"


async def test_a_defined_member_is_the_next_to_sign_in(
    own_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    wanted = {"given_name": "Zoë", "family_name": "Okafor", "email": "zoe@example.com"}
    own_sandbox.post("members", id="zoe", email_verified=False, country="DE", **wanted)
    member = (await sign_in(own_sandbox)).member
    assert (member.subject, member.name, member.email) == ("zoe", "Zoë Okafor", "zoe@example.com")
    assert (member.is_email_verified, member.locale) == (False, "en_DE")
    assert (await sign_in(own_sandbox)).member.subject != "zoe"


@pytest.mark.parametrize(
    ("replaced", "error"),
    [
        ({"client_id": "other"}, "invalid_client_id"),
        ({"redirect_uri": "http://127.0.0.1:1/callback"}, "invalid_redirect_uri"),
        ({"scopes": ("openid", "w_everything")}, "invalid_scope"),
    ],
)
async def test_what_cannot_be_trusted_is_401_and_no_redirect(
    sandbox: Any,
    connect: Connect,
    http: httpx.AsyncClient,
    replaced: dict[str, Any],
    error: str,
) -> None:
    answer = await http.get(connect(sandbox, **replaced).authorization_url("s"))
    assert (answer.status_code, answer.json()["error"]) == (401, error)


@pytest.mark.parametrize(
    ("scopes", "added", "error"),
    [
        (("openid", "r_member_social"), "", "unauthorized_scope_error"),
        ((), "", "invalid_scope_error"),
        (("openid",), "&sandbox_refusal=user_cancelled_login", "user_cancelled_login"),
        (("openid",), "&sandbox_refusal=user_cancelled_authorize", "user_cancelled_authorize"),
    ],
)
async def test_a_refusal_comes_back_with_error_description_and_state(
    *,
    sandbox: Any,
    connect: Connect,
    http: httpx.AsyncClient,
    scopes: tuple[str, ...],
    added: str,
    error: str,
) -> None:
    url = connect(sandbox, scopes=scopes).authorization_url("st") + added
    back = sent_back(await http.get(url))
    assert (back["error"], back["state"]) == (error, "st")
    assert back["error_description"]
    assert "code" not in back


async def test_a_scope_that_is_not_enabled_is_named_in_html(
    sandbox: Any, connect: Connect, http: httpx.AsyncClient
) -> None:
    url = connect(sandbox, scopes=("openid", "r_member_social")).authorization_url("s")
    told = sent_back(await http.get(url))["error_description"]
    assert told == "Scope &quot;r_member_social&quot; is not authorized for your application"


async def test_a_code_works_once(sandbox: Any, connect: Connect, http: httpx.AsyncClient) -> None:
    linkedin = connect(sandbox)
    code = await code_for(http, linkedin.authorization_url("s"))
    await linkedin.exchange_code(code)
    with pytest.raises(OAuthRefused, match="authorization code not found") as refused:
        await linkedin.exchange_code(code)
    assert (refused.value.status, refused.value.code) == (401, "invalid_request")


async def test_a_code_dies_after_30_minutes(
    own_sandbox: Any, connect: Connect, http: httpx.AsyncClient
) -> None:
    linkedin = connect(own_sandbox)
    young = await code_for(http, linkedin.authorization_url("s"))
    own_sandbox.post("clock", advance_seconds=29 * 60)
    await linkedin.exchange_code(young)
    old = await code_for(http, linkedin.authorization_url("s"))
    own_sandbox.post("clock", advance_seconds=30 * 60)
    with pytest.raises(OAuthRefused, match="authorization code expired"):
        await linkedin.exchange_code(old)


async def test_a_code_is_bound_to_its_redirect_uri(
    sandbox: Any, connect: Connect, http: httpx.AsyncClient
) -> None:
    code = await code_for(http, connect(sandbox).authorization_url("s"))
    with pytest.raises(OAuthRefused, match="does not match authorization code") as refused:
        await connect(sandbox, redirect_uri="http://127.0.0.1:1/other").exchange_code(code)
    assert refused.value.status == 400


@pytest.mark.parametrize("replaced", [{"client_secret": "wrong"}, {"client_id": "wrong"}])
async def test_wrong_credentials_are_invalid_client(
    sandbox: Any, connect: Connect, http: httpx.AsyncClient, replaced: dict[str, str]
) -> None:
    code = await code_for(http, connect(sandbox).authorization_url("s"))
    with pytest.raises(OAuthRefused, match="Client authentication failed") as refused:
        await connect(sandbox, **replaced).exchange_code(code)
    assert (refused.value.status, refused.value.code) == (401, "invalid_client")


@pytest.mark.parametrize(
    "missing", ["grant_type", "code", "client_id", "client_secret", "redirect_uri"]
)
async def test_a_missing_parameter_is_named(
    sandbox: Any, http: httpx.AsyncClient, missing: str
) -> None:
    form = {"grant_type": "authorization_code", "code": "c", "redirect_uri": "r"}
    form |= {"client_id": "i", "client_secret": "s"}
    del form[missing]
    answer = await http.post(f"{sandbox.url}/oauth/v2/accessToken", data=form)
    description = f'A required parameter "{missing}" is missing'
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_request", "error_description": description}


async def test_credentials_in_a_header_do_not_count(
    sandbox: Any, connect: Connect, http: httpx.AsyncClient
) -> None:
    code = await code_for(http, connect(sandbox).authorization_url("s"))
    answer = await http.post(
        f"{sandbox.url}/oauth/v2/accessToken",
        data={"grant_type": "authorization_code", "code": code},
        auth=("test-app", "test-secret-which-nobody-may-see"),
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_refresh_renews_access_and_never_moves_its_own_end(
    own_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    session = await sign_in(own_sandbox)
    own_sandbox.post("clock", advance_seconds=59 * 86_400)
    renewed = await session.linkedin.refresh(session.tokens.refresh_token)
    now = datetime.now(UTC)
    assert renewed.refresh_token == session.tokens.refresh_token
    assert abs(renewed.expires_at - now - timedelta(days=60)) < ONE_MINUTE
    assert abs(renewed.refresh_expires_at - now - timedelta(days=306)) < ONE_MINUTE
    assert (await session.linkedin.userinfo(renewed.access_token)) == session.member


async def test_access_cannot_outlive_the_refresh_token_and_then_it_ends(
    own_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    session = await sign_in(own_sandbox)
    own_sandbox.post("clock", advance_seconds=360 * 86_400)
    renewed = await session.linkedin.refresh(session.tokens.refresh_token)
    assert renewed.expires_at == renewed.refresh_expires_at
    own_sandbox.post("clock", advance_seconds=5 * 86_400)
    with pytest.raises(OAuthRefused):
        await session.linkedin.refresh(session.tokens.refresh_token)


async def test_an_expired_token_is_refused_as_expired(
    own_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    session = await sign_in(own_sandbox)
    own_sandbox.post("clock", advance_seconds=60 * 86_400 + 1)
    with pytest.raises(TokenRefused) as refused:
        await session.linkedin.userinfo(session.token)
    assert refused.value.code == "EXPIRED_ACCESS_TOKEN"


async def test_pkce_is_proven_where_it_is_switched_on(
    own_sandbox: Any, connect: Connect, http: httpx.AsyncClient
) -> None:
    linkedin = connect(own_sandbox)
    verifier = "v" * 43
    hashed = hashlib.sha256(verifier.encode()).digest()
    url = linkedin.authorization_url("s", base64.urlsafe_b64encode(hashed).rstrip(b"=").decode())
    assert await linkedin.exchange_code(await code_for(http, url), verifier)
    for wrong in (None, "w" * 43):
        with pytest.raises(OAuthRefused, match="code verifier does not match"):
            await linkedin.exchange_code(await code_for(http, url), wrong)


async def test_pkce_without_the_switch_breaks_the_exchange(
    sandbox: Any, connect: Connect, http: httpx.AsyncClient
) -> None:
    linkedin = connect(sandbox)
    code = await code_for(http, linkedin.authorization_url("s", "challenge"))
    with pytest.raises(OAuthRefused, match="code verifier does not match"):
        await linkedin.exchange_code(code, "v" * 43)


async def test_other_scopes_end_earlier_tokens_and_the_same_do_not(
    own_sandbox: Any, connect: Connect, http: httpx.AsyncClient
) -> None:
    linkedin = connect(own_sandbox)
    named = "&sandbox_member=ada"

    async def token(of: LinkedIn) -> str:
        code = await code_for(http, of.authorization_url("s") + named)
        return (await of.exchange_code(code)).access_token

    first, second = await token(linkedin), await token(linkedin)
    assert (await linkedin.userinfo(first)) == (await linkedin.userinfo(second))
    third = await token(connect(own_sandbox, scopes=("openid", "profile")))
    assert (await linkedin.userinfo(third)).email is None
    with pytest.raises(TokenRefused) as refused:
        await linkedin.userinfo(first)
    assert refused.value.is_revoked


@pytest.mark.parametrize("times", [1, 2])
async def test_userinfo_questions_the_revoked_answer_of_a_new_token(
    own_sandbox: Any, sign_in: Callable[..., Any], times: int
) -> None:
    own_sandbox.post("faults", kind="revoked", operation="userinfo.GET", count=times)
    assert (await sign_in(own_sandbox)).member.name
    assert own_sandbox.get("faults") == []


async def test_userinfo_believes_the_third_revoked_answer(
    own_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    own_sandbox.post("faults", kind="revoked", operation="userinfo.GET", count=3)
    with pytest.raises(TokenRefused):
        await sign_in(own_sandbox)


async def test_an_absent_linkedin_is_unavailable(sandbox: Any, connect: Connect) -> None:
    linkedin = connect(sandbox, api_url="http://127.0.0.1:1", oauth_url="http://127.0.0.1:1")
    with pytest.raises(LinkedInUnavailable, match="ConnectError"):
        await linkedin.userinfo("t")
    with pytest.raises(LinkedInUnavailable, match="ConnectError"):
        await linkedin.exchange_code("c")
