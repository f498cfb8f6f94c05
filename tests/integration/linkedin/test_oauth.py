"""Sign-in beyond what our own client needs: other clients, other applications, other products."""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from services.profile.linkedin.errors import TokenRefused

SignIn = Callable[..., Any]
OTHER = {
    "client_id": "other-app",
    "client_secret": "another-secret",
    "redirect_uris": ["https://other.example/back"],
}
BACK = OTHER["redirect_uris"][0]
DAY = 86_400


def code_of(answer: httpx.Response) -> str:
    assert answer.status_code == 302, answer.text
    return str(httpx.URL(answer.headers["location"]).params["code"])


async def tokens_of(http: httpx.AsyncClient, sandbox: Any, scope: str, member: str = "ada") -> Any:
    """Take a member through the other application's sign-in."""
    asked = {"response_type": "code", "client_id": "other-app", "redirect_uri": BACK}
    asked |= {"prompt": "none", "nonce": "n"}  # what LinkedIn does not know it does not mind
    url = f"{sandbox.url}/oauth/v2/authorization"
    answer = await http.get(url, params=asked | {"scope": scope, "sandbox_member": member})
    form = {"grant_type": "authorization_code", "code": code_of(answer), "redirect_uri": BACK}
    answer = await exchange(http, sandbox, "accessToken", **form)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def exchange(http: httpx.AsyncClient, sandbox: Any, path: str, **form: str) -> httpx.Response:
    credentials = {"client_id": "other-app", "client_secret": "another-secret"}
    return await http.post(f"{sandbox.url}/oauth/v2/{path}", data=credentials | form)


async def look_up(http: httpx.AsyncClient, sandbox: Any, path: str, token: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return await http.get(f"{sandbox.url}/v2/{path}", headers=headers)


@pytest.fixture
def other_app(own_sandbox: Any) -> Any:
    """A sandbox in which a second application is registered, with every product for members."""
    products = ["sign-in", "sign-in-legacy", "share", "community-management"]
    own_sandbox.post("apps", **OTHER, products=products, has_refresh_tokens=True)
    return own_sandbox


async def test_applications_do_not_redeem_each_others_codes_and_tokens(
    other_app: Any, sign_in: SignIn, http: httpx.AsyncClient
) -> None:
    session = await sign_in(other_app)
    code = code_of(await http.get(session.linkedin.authorization_url("s")))
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = await exchange(http, other_app, "accessToken", **form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
    form = {"grant_type": "refresh_token", "refresh_token": session.tokens.refresh_token}
    answer = await exchange(http, other_app, "accessToken", **form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    await exchange(http, other_app, "revoke", token=session.token)
    assert await session.linkedin.userinfo(session.token) == session.member


async def test_of_many_exchanges_of_one_code_one_succeeds(
    other_app: Any, http: httpx.AsyncClient
) -> None:
    asked = {"response_type": "code", "client_id": "other-app", "redirect_uri": BACK}
    url = f"{other_app.url}/oauth/v2/authorization"
    code = code_of(await http.get(url, params=asked | {"scope": "openid"}))
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    tries = (exchange(http, other_app, "accessToken", **form) for _ in range(6))
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*tries))
    assert statuses == [200] + [401] * 5
    assert [consent["live_tokens"] for consent in other_app.get("consents")] == [2]


async def test_an_application_without_refresh_gets_no_refresh_token(
    other_app: Any, http: httpx.AsyncClient
) -> None:
    before = await tokens_of(http, other_app, "openid")
    other_app.post("apps", client_id="other-app", has_refresh_tokens=False)
    form = {"grant_type": "refresh_token", "refresh_token": before["refresh_token"]}
    answer = await exchange(http, other_app, "accessToken", **form)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert "refresh_token" not in await tokens_of(http, other_app, "openid")


async def test_the_token_answer_is_shaped_as_live_answers_are(
    other_app: Any, http: httpx.AsyncClient
) -> None:
    given = await tokens_of(http, other_app, "openid profile w_member_social")
    assert given["scope"] == "openid,profile,w_member_social"
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 60 * DAY)
    assert given["refresh_token_expires_in"] == 365 * DAY
    assert 400 <= len(given["access_token"]) <= 1000


async def test_an_id_token_is_verified_by_the_published_key(
    other_app: Any, http: httpx.AsyncClient
) -> None:
    url = f"{other_app.url}/oauth/.well-known/openid-configuration"
    found = (await http.get(url)).json()
    id_token = (await tokens_of(http, other_app, "openid profile email"))["id_token"]
    key = jwt.PyJWK((await http.get(found["jwks_uri"])).json()["keys"][0])
    told = jwt.decode(
        id_token, key, algorithms=["RS256"], audience="other-app", issuer=found["issuer"]
    )
    (ada,) = other_app.get("members", person="ada")
    assert (told["sub"], told["email"]) == (ada["ids"]["other-app"], ada["email"])
    assert told["exp"] - told["iat"] == 3600
    assert "nonce" not in told
    assert found["token_endpoint"] == f"{other_app.url}/oauth/v2/accessToken"
    assert "id_token" not in await tokens_of(http, other_app, "profile")


async def test_a_token_is_introspected_through_its_life(
    other_app: Any, http: httpx.AsyncClient, sign_in: SignIn
) -> None:
    given = await tokens_of(http, other_app, "openid profile")
    token = given["access_token"]

    async def status() -> Any:
        return (await exchange(http, other_app, "introspectToken", token=token)).json()

    told = await status()
    assert (told["active"], told["status"], told["auth_type"]) == (True, "active", "3L")
    assert (told["client_id"], told["scope"]) == ("other-app", "openid,profile")
    assert told["expires_at"] - told["created_at"] == 60 * DAY
    assert told["authorized_at"] <= told["created_at"]
    other_app.post("clock", advance_seconds=60 * DAY)
    assert ((await status())["active"], (await status())["status"]) == (False, "expired")
    await exchange(http, other_app, "revoke", token=given["refresh_token"])
    assert (await status())["status"] == "revoked"
    foreign = (await sign_in(other_app)).token
    answer = await exchange(http, other_app, "introspectToken", token=foreign)
    assert (answer.status_code, answer.json()) == (200, {"active": False})


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"token": "nonsense"}, 400, "invalid_request"),
        ({}, 400, "invalid_request"),
        ({"token": "t", "client_id": "nobody"}, 400, "invalid_client_id"),
        ({"token": "t", "client_secret": "wrong"}, 401, "invalid_client"),
    ],
)
async def test_introspection_refuses_what_it_cannot_trust(
    other_app: Any, http: httpx.AsyncClient, form: dict[str, str], status: int, error: str
) -> None:
    answer = await exchange(http, other_app, "introspectToken", **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_revoking_an_access_token_ends_it_and_a_refresh_token_everything(
    other_app: Any, http: httpx.AsyncClient
) -> None:
    given = await tokens_of(http, other_app, "openid")
    renewing = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert (await exchange(http, other_app, "revoke", token=given["access_token"])).json() == {}
    answer = await look_up(http, other_app, "userinfo", given["access_token"])
    assert (answer.status_code, answer.json()["serviceErrorCode"]) == (401, 65601)
    renewed = (await exchange(http, other_app, "accessToken", **renewing)).json()
    assert (await look_up(http, other_app, "userinfo", renewed["access_token"])).is_success
    for _ in range(2):  # a repeated revocation is answered the same
        answer = await exchange(http, other_app, "revoke", token=given["refresh_token"])
        assert answer.status_code == 200
    assert (await look_up(http, other_app, "userinfo", renewed["access_token"])).status_code == 401
    assert (await exchange(http, other_app, "accessToken", **renewing)).status_code == 400


async def test_a_native_application_proves_itself_by_pkce_alone(
    own_sandbox: Any, http: httpx.AsyncClient
) -> None:
    own_sandbox.post("apps", **OTHER, has_pkce=True)
    verifier, port_of_today = "v" * 43, "http://127.0.0.1:50123/callback"
    hashed = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": "other-app",
        "redirect_uri": port_of_today,
        "scope": "openid profile",
        "code_challenge": base64.urlsafe_b64encode(hashed).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    native = f"{own_sandbox.url}/oauth/native-pkce/authorization"
    form = {
        "grant_type": "authorization_code",
        "client_id": "other-app",
        "redirect_uri": port_of_today,
    }
    url = f"{own_sandbox.url}/oauth/v2/accessToken"
    for tried, status in ((verifier, 200), ("w" * 43, 400)):
        code = code_of(await http.get(native, params=asked))
        answer = await http.post(url, data=form | {"code": code, "code_verifier": tried})
        assert answer.status_code == status
    away = await http.get(native, params=asked | {"redirect_uri": "https://app.example/cb"})
    plain = await http.get(native, params=asked | {"code_challenge_method": "plain"})
    assert (away.status_code, plain.status_code) == (401, 400)
    own_sandbox.post("apps", client_id="other-app", has_pkce=False)
    answer = await http.get(native, params=asked)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized_client")


async def test_me_needs_an_older_product_and_shows_what_its_scope_opens(
    other_app: Any, http: httpx.AsyncClient
) -> None:
    modern = await tokens_of(http, other_app, "openid profile")
    answer = await look_up(http, other_app, "me", modern["access_token"])
    assert answer.status_code == 403
    assert answer.json()["message"] == "Not enough permissions to access: me.GET.NO_VERSION"
    basic = await tokens_of(http, other_app, "r_basicprofile")
    told = (await look_up(http, other_app, "me", basic["access_token"])).json()
    assert told["localizedHeadline"]
    assert told["vanityName"].endswith("-ada")
    lite = (await tokens_of(http, other_app, "r_liteprofile r_emailaddress"))["access_token"]
    told = (await look_up(http, other_app, "me", lite)).json()
    assert told["firstName"]["localized"]["en_US"] == told["localizedFirstName"]
    assert told["firstName"]["preferredLocale"] == {"country": "US", "language": "en"}
    assert set(told).isdisjoint({"localizedHeadline", "vanityName"})
    assert list(told["profilePicture"]) == ["displayImage"]


async def test_a_projection_picks_and_decorates(other_app: Any, http: httpx.AsyncClient) -> None:
    given = await tokens_of(http, other_app, "r_liteprofile r_emailaddress")
    lite = given["access_token"]
    path = "me?projection=(id,profilePicture(displayImage~:playableStreams))"
    told = (await look_up(http, other_app, path, lite)).json()
    assert set(told) == {"id", "profilePicture"}
    assert told["profilePicture"]["displayImage~"]["elements"][0]["identifiers"]
    path = "emailAddress?q=members&projection=(elements*(handle~))"
    told = (await look_up(http, other_app, path, lite)).json()
    assert told == {"elements": [{"handle~": {"emailAddress": "member-ada@example.com"}}]}
    for broken in ("me?projection=id", "me?projection=(id", "me?projection=(id,)", "emailAddress"):
        assert (await look_up(http, other_app, broken, lite)).status_code == 400


async def test_a_reset_ends_tokens_of_all_applications(
    other_app: Any, http: httpx.AsyncClient, sign_in: SignIn
) -> None:
    session = await sign_in(other_app)
    other_app.post("reset")
    with pytest.raises(TokenRefused) as refused:
        await session.linkedin.userinfo(session.token)
    assert refused.value.code == "INVALID_ACCESS_TOKEN"
    assert [app["client_id"] for app in other_app.get("apps")] == ["test-app"]
