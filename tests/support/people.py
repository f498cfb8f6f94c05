"""Makes users by the front door, as a person would."""

import re
import time
from typing import Any
from uuid import uuid4

import httpx

from tests.support.patience import Patient
from tests.support.stack import Stack, User

PASSWORD = "correct-horse-battery-staple-9"


def sign_up(stack: Stack) -> User:
    """Register, verify by the mail, sign in."""
    email = f"{uuid4().hex}@example.com"
    with httpx.Client(transport=Patient(), base_url=stack.url, timeout=30) as client:
        names = {"firstName": "Ada", "lastName": "Lovelace"}
        _post(client, "/v1/auth/register", {"email": email, "password": PASSWORD, **names})
        _post(client, "/v1/auth/email:verify", {"token": mailed_token(stack, email)})
        return sign_in(client, email)


def sign_in(
    client: httpx.Client, email: str, password: str = PASSWORD, *, device_name: str = ""
) -> User:
    body = {"email": email, "password": password, "deviceName": device_name}
    tokens = _post(client, "/v1/auth/login", body)["tokens"]
    headers = {"authorization": f"Bearer {tokens['accessToken']}"}
    user = client.get("/v1/users/me", headers=headers).json()["user"]
    return User(email, user["userId"], tokens["accessToken"], tokens["refreshToken"])


def connect_linkedin(stack: Stack, user: User) -> str:
    """Connect LinkedIn; returns the member's URN."""
    with httpx.Client(
        transport=Patient(), base_url=stack.url, timeout=30, headers=user.headers
    ) as client:
        start = client.get("/v1/linkedin/oauth/init").json()
        back = httpx.get(start["authorizationUrl"]).headers["location"]
        reply = client.get(back, headers={"accept": "application/json"})
        assert reply.status_code == 200, reply.text
        return str(reply.json()["connection"]["memberUrn"])


def mailed_token(stack: Stack, email: str, seconds: float = 20) -> str:
    """The token in the newest mail to an address."""
    url = f"{stack.addresses['MAILBOX_URL']}/api/messages"
    deadline = time.monotonic() + seconds
    while True:
        messages = httpx.get(url, params={"to": email}).json()
        found = re.search(r"[A-Za-z0-9_-]{40,}", messages[0]["text"]) if messages else None
        if found:
            return found[0]
        assert time.monotonic() < deadline, f"no mail for {email}"
        time.sleep(0.05)


def _post(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = client.post(path, json=body)
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer
