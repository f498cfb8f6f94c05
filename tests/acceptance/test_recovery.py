"""Mailed links open pages that redeem their tokens; new passwords, from the mail to the sign-in."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from tests.support.patience import Patient
from tests.support.people import PASSWORD, mailed_token, sign_up
from tests.support.stack import Stack
from tests.support.waiting import eventually

BETTER = "a far better passphrase than before"
SECRET = "tok-en-" + "x" * 40


@pytest.fixture
def client(stack: Stack) -> Any:
    with httpx.Client(transport=Patient(), base_url=stack.url, timeout=30) as opened:
        yield opened


def mails(stack: Stack, email: str) -> Any:
    url = f"{stack.addresses['MAILBOX_URL']}/api/messages"
    return httpx.get(url, params={"to": email}).json()


async def mailed_link(stack: Stack, email: str, template_path: str) -> str:
    """The link in a mail, once it is there."""

    async def look() -> str | None:
        for mail in mails(stack, email):
            found = re.search(r"https?://\S+", mail["text"])
            if found and template_path in found[0]:
                return found[0]
        return None

    link = await eventually(look, seconds=20)
    assert link
    return link


def token_in(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


def reason(reply: httpx.Response) -> str:
    return str(reply.json()["details"][0]["reason"]).removeprefix("ERROR_REASON_")


def login(client: httpx.Client, email: str, password: str) -> httpx.Response:
    return client.post("/v1/auth/login", json={"email": email, "password": password})


async def test_a_registration_is_verified_by_the_page_its_link_opens(
    stack: Stack, client: httpx.Client
) -> None:
    email = f"{uuid4().hex}@example.com"
    names = {"firstName": "Ada", "lastName": "Byron"}
    client.post("/v1/auth/register", json={"email": email, "password": PASSWORD, **names})
    link = await mailed_link(stack, email, "email:verify")
    assert link.startswith(f"{stack.url}/v1/auth/email:verify?token=")
    page = client.get(link)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Confirm your address</h1>" in page.text
    # Opening it, as mail programs do by themselves, has changed nothing.
    assert reason(login(client, email, PASSWORD)) == "EMAIL_NOT_VERIFIED"
    # What the page's button does.
    reply = client.post(urlsplit(link).path, json={"token": token_in(link)})
    assert reply.status_code == 200
    assert login(client, email, PASSWORD).status_code == 200


async def test_a_forgotten_password_is_replaced_by_mail(stack: Stack, client: httpx.Client) -> None:
    user = sign_up(stack)
    asked = client.post("/v1/auth/password:requestReset", json={"email": user.email})
    assert (asked.status_code, asked.json()) == (200, {})
    link = await mailed_link(stack, user.email, "password:reset")
    assert "<h1>Choose a new password</h1>" in client.get(link).text
    body = {"token": token_in(link), "newPassword": BETTER}
    assert client.post(urlsplit(link).path, json=body).status_code == 200
    assert reason(client.post(urlsplit(link).path, json=body)) == "TOKEN_INVALID"
    assert reason(login(client, user.email, PASSWORD)) == "CREDENTIALS_INVALID"
    assert login(client, user.email, BETTER).status_code == 200
    refresh = client.post("/v1/auth/token:refresh", json={"refreshToken": user.refresh_token})
    assert reason(refresh) == "SESSION_ENDED"
    # Every service refuses the former session, within five seconds.
    for path in ("/v1/users/me", "/v1/content"):

        async def is_refused(path: str = path) -> bool:
            return client.get(path, headers=user.headers).status_code == 401

        assert await eventually(is_refused, seconds=6)


async def test_a_password_is_changed_by_whoever_is_signed_in(
    stack: Stack, client: httpx.Client
) -> None:
    user = sign_up(stack)
    body = {"currentPassword": PASSWORD, "newPassword": BETTER}
    reply = client.post("/v1/auth/password:change", json=body, headers=user.headers)
    assert reply.status_code == 200, reply.text
    assert client.get("/v1/users/me", headers=user.headers).status_code == 200
    assert login(client, user.email, BETTER).status_code == 200

    async def is_told() -> bool:
        subjects = [mail["subject"] for mail in mails(stack, user.email)]
        return any("password was changed" in subject for subject in subjects)

    assert await eventually(is_told, seconds=20)


async def test_a_locked_account_lets_its_known_device_in(
    stack: Stack, client: httpx.Client
) -> None:
    user = sign_up(stack)
    device = login(client, user.email, PASSWORD).json()["deviceToken"]
    answers = [login(client, user.email, "not the password") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    locked = login(client, user.email, PASSWORD)
    assert reason(locked) == "LOGIN_LOCKED"
    (retry,) = [d for d in locked.json()["details"] if d["@type"].endswith("RetryInfo")]
    assert 0 < float(retry["retryDelay"].removesuffix("s")) <= 2
    assert locked.headers["retry-after"] in ("1", "2")
    body = {"email": user.email, "password": PASSWORD, "deviceToken": device}
    assert client.post("/v1/auth/login", json=body).status_code == 200


@pytest.mark.parametrize("path", ["/v1/auth/email:verify", "/v1/auth/password:reset"])
def test_a_page_is_shown_safely_and_never_repeats_the_token(
    client: httpx.Client, path: str
) -> None:
    page = client.get(path, params={"token": SECRET})
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/]{43}='", policy)
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert SECRET not in page.text + str(page.headers)


@pytest.mark.parametrize("path", ["/v1/auth/email:verify", "/v1/auth/password:reset"])
@pytest.mark.parametrize(
    "query",
    [{"token": SECRET * 9}, {"token": SECRET, "unknown": SECRET}, {"token": [SECRET, SECRET]}],
    ids=["too long", "unknown parameter", "twice"],
)
def test_a_refused_link_does_not_repeat_the_token(
    client: httpx.Client, path: str, query: dict[str, Any]
) -> None:
    reply = client.get(path, params=query)
    assert reply.status_code in {200, 400}
    assert SECRET not in reply.text + str(reply.headers)


async def test_no_log_holds_a_links_token(stack: Stack, client: httpx.Client) -> None:
    token = f"link-token-{uuid4().hex}{uuid4().hex}"
    paths = ("/v1/auth/email:verify", "/v1/auth/password:reset")
    queries = ({"token": token}, {"token": token * 5}, {"token": token, "more": "1"})
    body = {"token": token, "newPassword": BETTER}
    replies = [client.get(path, params=query) for path in paths for query in queries]
    replies += [client.post(path, json=body) for path in paths]
    ids = [reply.headers["x-request-id"] for reply in replies]

    async def is_logged() -> bool:
        written = (stack.folder / "logs" / "envoy.log").read_text()
        return all(request_id in written for request_id in ids)

    assert await eventually(is_logged)
    assert [log.name for log in logs(stack) if token in log.read_text(errors="replace")] == []
    entries = (stack.folder / "logs" / "envoy.log").read_text().splitlines()
    (shown,) = [json.loads(line) for line in entries if ids[0] in line]
    assert shown["path"] == "/v1/auth/email:verify"


def logs(stack: Stack) -> list[Path]:
    return [path for path in (stack.folder / "logs").iterdir() if path.is_file()]


def test_mailed_tokens_are_in_the_mail_alone(stack: Stack) -> None:
    """The token that verified a user is in no log of any process."""
    token = mailed_token(stack, sign_up(stack).email)
    assert [log.name for log in logs(stack) if token in log.read_text(errors="replace")] == []
