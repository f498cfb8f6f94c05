"""What was ended from elsewhere is refused by every service within five seconds."""

from collections.abc import Callable

import httpx
import pytest

from services.kernel.contract import known_scopes
from tests.support.people import sign_in, sign_up
from tests.support.stack import Stack, User, as_json
from tests.support.waiting import eventually

PATHS = (
    "/v1/users/me",
    "/v1/preferences",
    "/v1/content",
    "/v1/automation/actions",
    "/v1/safety/quota",
    "/v1/analytics/dashboard",
)
"""One of each service, so that each has the caller in its memory."""
SCOPES = sorted(scope for scope in known_scopes() if scope.endswith(".read"))


def end_session(client: httpx.Client, other: User) -> None:
    sessions = as_json(client.get("/v1/sessions"))["sessions"]
    (strange,) = [session for session in sessions if not session["isCurrent"]]
    assert strange["device"] == "lost phone"
    assert strange["ipAddress"] == "127.0.0.1"
    assert client.delete(f"/v1/sessions/{strange['sessionId']}").status_code == httpx.codes.OK


def end_others(client: httpx.Client, other: User) -> None:
    assert as_json(client.post("/v1/sessions:revokeOthers", json={})) == {"revokedCount": 1}


async def refused_everywhere(stack: Stack, headers: dict[str, str]) -> None:
    """Waits five seconds at most until no path lets these headers in any more."""
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=10) as client:

        async def are_refused() -> bool:
            replies = [await client.get(path) for path in PATHS]
            return all(reply.status_code == httpx.codes.UNAUTHORIZED for reply in replies)

        assert await eventually(are_refused, seconds=5, every=0.1)


def let_in_everywhere(stack: Stack, headers: dict[str, str]) -> None:
    for path in PATHS:
        reply = httpx.get(stack.url + path, headers=headers)
        assert reply.status_code == httpx.codes.OK, (path, reply.text)


@pytest.mark.parametrize("end", [end_session, end_others])
async def test_session_that_another_ended(
    stack: Stack, end: Callable[[httpx.Client, User], None]
) -> None:
    user = sign_up(stack)
    with httpx.Client(base_url=stack.url, timeout=30) as client:
        lost = sign_in(client, user.email, device_name="lost phone")
        let_in_everywhere(stack, lost.headers)
        client.headers.update(user.headers)
        end(client, lost)
        await refused_everywhere(stack, lost.headers)
        gone = client.post("/v1/auth/token:refresh", json={"refreshToken": lost.refresh_token})
        assert "ERROR_REASON_SESSION_ENDED" in gone.text
    let_in_everywhere(stack, user.headers)


async def test_api_key_that_was_revoked(stack: Stack) -> None:
    user = sign_up(stack)
    with httpx.Client(base_url=stack.url, headers=user.headers, timeout=30) as client:
        made = as_json(client.post("/v1/apiKeys", json={"name": "a program", "scopes": SCOPES}))
        headers = {"authorization": f"Bearer {made['secret']}"}
        let_in_everywhere(stack, headers)
        key = as_json(client.get("/v1/apiKeys"))["apiKeys"][0]
        assert key["prefix"] == made["secret"][:12]
        assert key["lastUsedTime"]
        client.delete(f"/v1/apiKeys/{key['apiKeyId']}")
        await refused_everywhere(stack, headers)


async def test_api_key_of_an_account_that_is_closed(stack: Stack) -> None:
    user = sign_up(stack)
    with httpx.Client(base_url=stack.url, headers=user.headers, timeout=30) as client:
        made = as_json(client.post("/v1/apiKeys", json={"name": "a program", "scopes": SCOPES}))
        headers = {"authorization": f"Bearer {made['secret']}"}
        let_in_everywhere(stack, headers)
        assert client.delete("/v1/users/me").status_code == httpx.codes.OK
        await refused_everywhere(stack, headers)
        assert client.post("/v1/users/me:cancelDeletion", json={}).status_code == httpx.codes.OK

    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=10) as program:

        async def is_let_in() -> bool:
            return (await program.get("/v1/content")).status_code == httpx.codes.OK

        assert await eventually(is_let_in, seconds=6, every=0.1), "the key was never revoked"
