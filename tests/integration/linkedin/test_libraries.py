"""OAuth libraries as others set them up for LinkedIn, unmodified: only LinkedIn is elsewhere.

Each speaks to www.linkedin.com and api.linkedin.com; what carries its requests takes them to the
sandbox instead.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import httpx2
import pytest
import requests
from authlib.integrations.starlette_client import OAuth, OAuthError
from httpx_oauth.clients.linkedin import LinkedInOAuth2
from requests.adapters import HTTPAdapter
from requests_oauthlib import OAuth2Session
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

LINKEDIN = ("www.linkedin.com", "api.linkedin.com")
BACK = "https://app.example/auth"
CLIENT = {"client_id": "library-app", "client_secret": "library-secret"}


class ToSandbox(httpx.AsyncHTTPTransport):
    """Carries what is meant for LinkedIn to the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._to = {"scheme": "http", "host": "127.0.0.1", "port": urlsplit(url).port}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host in LINKEDIN
        request.url = request.url.copy_with(**self._to)
        return await super().handle_async_request(request)


class ToSandbox2(httpx2.AsyncHTTPTransport):
    """The same for httpx2, which Authlib uses."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._to = {"scheme": "http", "host": "127.0.0.1", "port": urlsplit(url).port}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url.host in LINKEDIN
        request.url = request.url.copy_with(**self._to)
        return await super().handle_async_request(request)


class AdapterToSandbox(HTTPAdapter):
    """The same for requests."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> Any:
        parts = urlsplit(str(request.url))
        assert parts.hostname in LINKEDIN
        request.url = f"{self._url}{parts.path}?{parts.query}"
        return super().send(request, *args, **more)


class OneSession:
    """Sessions for an application with one visitor."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._session: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "session": self._session}, receive, send)


@pytest.fixture
def library_app(own_sandbox: Any) -> Any:
    products = ["sign-in", "sign-in-legacy", "community-management"]
    own_sandbox.post("apps", **CLIENT, redirect_uris=[BACK], products=products)
    own_sandbox.post("members", id="ada", email="ada@example.com", given_name="Ada")
    return own_sandbox


def ada_of(sandbox: Any) -> str:
    """The id by which this application knows ada."""
    (ada,) = sandbox.get("members", person="ada")
    known: str = ada["ids"]["library-app"]
    return known


async def followed(authorization_url: str, sandbox: Any) -> str:
    """What a browser does: go where it is sent, and come back; returns the last address."""
    async with httpx.AsyncClient(transport=ToSandbox(sandbox.url)) as browser:
        answer = await browser.get(authorization_url)
    return str(answer.headers["location"])


def web_application(sandbox: Any) -> Starlette:
    """An application that signs in by Authlib's Starlette client, as its documentation has it."""
    oauth = OAuth()
    oauth.register(
        name="linkedin",
        **CLIENT,
        access_token_url="https://www.linkedin.com/oauth/v2/accessToken",
        authorize_url="https://www.linkedin.com/oauth/v2/authorization",
        api_base_url="https://api.linkedin.com/v2/",
        userinfo_endpoint="https://api.linkedin.com/v2/userinfo",
        client_kwargs={
            "scope": "profile email",
            "token_endpoint_auth_method": "client_secret_post",
            "transport": ToSandbox2(sandbox.url),
        },
    )

    async def login(request: Request) -> Response:
        found: Response = await oauth.linkedin.authorize_redirect(request, BACK)
        return found

    async def auth(request: Request) -> Response:
        try:
            token = await oauth.linkedin.authorize_access_token(request)
        except OAuthError as error:
            return JSONResponse({"error": error.error}, 400)
        return JSONResponse(dict(await oauth.linkedin.userinfo(token=token)))

    routes = [Route("/login", login), Route("/auth", auth)]
    return Starlette(routes=routes, middleware=[Middleware(OneSession)])


async def test_authlib_signs_in(library_app: Any) -> None:
    transport = httpx.ASGITransport(web_application(library_app))
    async with httpx.AsyncClient(transport=transport, base_url="https://app.example") as browser:
        begun = await browser.get("/login")
        back = await followed(begun.headers["location"], library_app)
        told = (await browser.get(back)).json()
        assert (told["sub"], told["email"]) == (ada_of(library_app), "ada@example.com")
        begun = await browser.get("/login")
        refusing = f"{begun.headers['location']}&sandbox_refusal=user_cancelled_login"
        answer = await browser.get(await followed(refusing, library_app))
        assert (answer.status_code, answer.json()) == (400, {"error": "user_cancelled_login"})


async def test_requests_oauthlib_signs_in(library_app: Any) -> None:
    linkedin = OAuth2Session("library-app", redirect_uri=BACK, scope=["r_liteprofile"])
    for host in LINKEDIN:
        linkedin.mount(f"https://{host}", AdapterToSandbox(library_app.url))
    url, state = linkedin.authorization_url("https://www.linkedin.com/oauth/v2/authorization")
    back = await followed(url, library_app)
    assert f"state={state}" in back

    def rest() -> Any:
        linkedin.fetch_token(
            "https://www.linkedin.com/oauth/v2/accessToken",
            client_secret="library-secret",
            include_client_id=True,
            authorization_response=back,
        )
        return linkedin.get("https://api.linkedin.com/v2/me").json()

    told = await asyncio.to_thread(rest)
    assert (told["id"], told["localizedFirstName"]) == (ada_of(library_app), "Ada")


async def test_httpx_oauth_signs_in(library_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    linkedin = LinkedInOAuth2("library-app", "library-secret")
    carrying: Callable[[], httpx.AsyncClient] = lambda: httpx.AsyncClient(  # noqa: E731
        transport=ToSandbox(library_app.url)
    )
    monkeypatch.setattr(linkedin, "get_httpx_client", carrying)
    back = await followed(await linkedin.get_authorization_url(BACK, "st"), library_app)
    token = await linkedin.get_access_token(httpx.URL(back).params["code"], BACK)
    told = await linkedin.get_id_email(token["access_token"])
    assert told == (ada_of(library_app), "ada@example.com")
