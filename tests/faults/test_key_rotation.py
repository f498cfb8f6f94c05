"""Signing keys are replaced while people sign in, refresh and call: nobody notices.

Takes half a minute: a new key waits twenty seconds before it signs, so that everybody knows it.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
import httpx
import pytest
from inergize.auth.v1 import auth_service_pb2
from inergize.auth.v1.auth_service_pb2_grpc import AuthServiceStub
from inergize.content.v1 import content_service_pb2
from inergize.content.v1.content_service_pb2_grpc import ContentServiceStub

from services.kernel import jwt
from tests.support.people import PASSWORD, sign_up
from tests.support.stack import Stack, User, as_json

LEADS_SECONDS = (20, 26)
"""Of two new keys; processes reread theirs every five seconds, so each gets to sign."""
SESSIONS = 6
PAUSE_SECONDS = 0.2
"""Between two refreshes of a session: some thirty a second altogether, and four calls with each."""


@dataclass
class Seen:
    """What the clients saw."""

    failures: list[str] = field(default_factory=list)
    calls: int = 0
    first_token_of: dict[str, str] = field(default_factory=dict)
    """By key id, an early access token."""


class Client:
    """One session: refreshes, and calls with each new token by every way in."""

    def __init__(self, stack: Stack, seen: Seen) -> None:
        self._rest = httpx.AsyncClient(base_url=stack.url, timeout=10)
        self._edge = grpc.aio.insecure_channel(stack.target)
        self._content = grpc.aio.insecure_channel(stack.addresses["CONTENT_ADDRESS"])
        self._auth = grpc.aio.insecure_channel(stack.addresses["AUTH_ADDRESS"])
        self._seen = seen

    async def sign_in(self, email: str) -> dict[str, str]:
        return await self._post("/v1/auth/login", {"email": email, "password": PASSWORD})

    async def run(self, tokens: dict[str, str], until: Callable[[], bool]) -> None:
        while tokens and not until():
            access = tokens["accessToken"]
            self._seen.first_token_of.setdefault(jwt.parse(access, "at+jwt").key_id, access)
            await self.call(access)
            await asyncio.sleep(PAUSE_SECONDS)
            tokens = await self._post(
                "/v1/auth/token:refresh", {"refreshToken": tokens["refreshToken"]}
            )

    async def call(self, access: str) -> None:
        """Through Envoy by REST and gRPC, and past it."""
        headers = {"authorization": f"Bearer {access}"}
        reply = await self._rest.get("/v1/users/me", headers=headers)
        self._note(reply.status_code == httpx.codes.OK, f"REST: {reply.text}")
        listed = content_service_pb2.ListContentRequest(page_size=1)
        me = auth_service_pb2.GetCurrentUserRequest()
        calls: list[tuple[str, Any, Any]] = [
            ("edge", ContentServiceStub(self._edge).ListContent, listed),
            ("content", ContentServiceStub(self._content).ListContent, listed),
            ("auth", AuthServiceStub(self._auth).GetCurrentUser, me),
        ]
        for way, rpc, request in calls:
            try:
                await rpc(request, metadata=tuple(headers.items()), timeout=10)
            except grpc.aio.AioRpcError as error:
                self._note(False, f"{way}: {error.code()} {error.details()}")
            else:
                self._note(True, "")

    async def close(self) -> None:
        await self._rest.aclose()
        for channel in (self._edge, self._content, self._auth):
            await channel.close()

    async def _post(self, path: str, body: dict[str, str]) -> dict[str, str]:
        reply = await self._rest.post(path, json=body)
        self._note(reply.status_code == httpx.codes.OK, f"{path}: {reply.text}")
        tokens: dict[str, str] = as_json(reply).get("tokens", {})
        return tokens

    def _note(self, is_good: bool, failure: str) -> None:
        self._seen.calls += 1
        if not is_good:
            self._seen.failures.append(failure)


@pytest.fixture(scope="module")
def user(stack: Stack) -> User:
    return sign_up(stack)


async def test_rotating_under_load_fails_no_request(stack: Stack, user: User) -> None:
    seen = Seen()
    clients = [Client(stack, seen) for _ in range(SESSIONS)]
    ends_at = time.monotonic() + 3600
    running = []
    for client in clients:  # one after the other: sign-ins at once look like guessing
        tokens = await client.sign_in(user.email)
        running.append(asyncio.create_task(client.run(tokens, lambda: time.monotonic() > ends_at)))
    for lead in LEADS_SECONDS:
        printed = await asyncio.to_thread(
            stack.inergize, "keys", "rotate", "--lead-seconds", str(lead)
        )
        assert "signs from" in printed
    ends_at = time.monotonic() + LEADS_SECONDS[-1] + 6
    await asyncio.gather(*running)

    print(f"\n{seen.calls} calls, {len(seen.first_token_of)} keys")
    assert not seen.failures, (len(seen.failures), seen.failures[:5])
    assert seen.calls > 500
    assert len(seen.first_token_of) == 1 + len(LEADS_SECONDS)
    # What the first key signed is as good as ever.
    for access in seen.first_token_of.values():
        await clients[0].call(access)
    assert not seen.failures, seen.failures
    for client in clients:
        await client.close()
    listed = await asyncio.to_thread(stack.inergize, "keys", "list")
    states = [" ".join(line.split()[1:3]) for line in listed.splitlines()]
    assert states == ["signs since", *["verifies until"] * len(LEADS_SECONDS)]


def test_sealed_values_are_put_under_the_first_key_of_a_running_stack(stack: Stack) -> None:
    printed = stack.inergize("keys", "reencrypt")

    columns = {line.partition(":")[0] for line in printed.splitlines()}
    assert {"auth.user_sessions.refresh_seed", "profile.linkedin_tokens.data_key"} <= columns
    assert all(line.endswith(" 0 left") for line in printed.splitlines())
