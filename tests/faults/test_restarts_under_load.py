"""Restarts while requests keep coming: services lose none, PostgreSQL is back within seconds."""

import asyncio
import json
import os
import signal
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.load import Load, capacity
from tests.support.people import sign_up
from tests.support.stack import Stack, User

SERVICES = ("auth", "profile", "content", "automation", "safety", "analytics")
PATHS = (
    "/v1/users/me",
    "/v1/preferences",
    "/v1/content?pageSize=5",
    "/v1/automation/actions",
    "/v1/safety/quota",
    "/v1/analytics/dashboard",
)
SHARE = 0.8
CONNECTIONS = 16
RECOVERED_SECONDS = 5.0
ANSWERED_SECONDS = 70.0
"""A call cut off in flight holds its idempotency key for a minute."""


@pytest.fixture(scope="module")
def loaded(stack: Stack) -> tuple[User, float]:
    """A user, and how many of their requests a second this machine can take."""
    user = sign_up(stack)
    return user, asyncio.run(capacity(stack.target, PATHS, user.headers))


@pytest.mark.parametrize("service", SERVICES)
async def test_rolling_restart_fails_no_request(
    stack: Stack, loaded: tuple[User, float], service: str
) -> None:
    user, most = loaded
    load = Load(stack.target, PATHS, user.headers)
    running = asyncio.create_task(load.run(connections=CONNECTIONS, per_second=most * SHARE))
    await asyncio.sleep(0.5)
    printed = await asyncio.to_thread(stack.inergize, "restart", service)
    await asyncio.sleep(0.5)
    load.stop()
    result = await running
    print(
        f"\n{service}: {len(result.answered_at)} answers at {SHARE:.0%} of {most:.0f}/s; {printed}"
    )
    assert not result.failures, (len(result.failures), result.failures[:5])
    assert len(result.answered_at) > 100


class Writer:
    """Creates drafts one after another, each under its own idempotency key until it is answered."""

    def __init__(self, stack: Stack, user: User) -> None:
        self._client = httpx.AsyncClient(base_url=stack.url, headers=user.headers, timeout=10)
        self.acknowledged: set[str] = set()
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        while not self._stopped.is_set():
            title = uuid4().hex
            async with asyncio.timeout(ANSWERED_SECONDS):
                while not await self._try(title):  # noqa: ASYNC110 - it is the server that changes
                    await asyncio.sleep(0.05)
        await self._client.aclose()

    async def _try(self, title: str) -> bool:
        body = {"content": {"type": "CONTENT_TYPE_POST", "title": title, "body": "x"}}
        try:
            reply = await self._client.post(
                "/v1/content", json=body, headers={"idempotency-key": title}
            )
        except httpx.HTTPError:
            return False
        if reply.is_success:
            self.acknowledged.add(title)
        # RESULT_LOST says that the draft exists though its first answer was lost.
        is_lost = "IDEMPOTENCY_RESULT_LOST" in reply.text
        if is_lost:
            self.acknowledged.add(title)
        return reply.is_success or is_lost

    def stop(self) -> None:
        self._stopped.set()


@pytest.mark.parametrize("how", ["restart", "kill"])
async def test_postgres_comes_back_within_seconds_and_loses_nothing(
    stack: Stack, loaded: tuple[User, float], how: str
) -> None:
    user = await asyncio.to_thread(sign_up, stack)
    load, writer = Load(stack.target, PATHS, user.headers), Writer(stack, user)
    running = [
        asyncio.create_task(load.run(connections=4, per_second=100)),
        asyncio.create_task(writer.run()),
    ]
    await asyncio.sleep(1)
    began = time.monotonic()
    if how == "restart":
        await asyncio.to_thread(stack.inergize, "restart", "postgres")
    else:
        os.kill(pid_of(stack, "postgres"), signal.SIGKILL)
    await asyncio.sleep(RECOVERED_SECONDS + 1)
    load.stop()
    writer.stop()
    await asyncio.gather(*running)
    last_failure = max(load.result.failed_at, default=began)
    print(f"\n{how}: away for {last_failure - began:.2f} s, {len(load.result.failures)} refused")
    assert last_failure - began <= RECOVERED_SECONDS, load.result.failures[-3:]
    assert await asyncio.to_thread(titles, stack, user) == writer.acknowledged


def titles(stack: Stack, user: User) -> set[str]:
    """Every draft's title, page by page; a title that is there twice fails."""
    found: list[str] = []
    token = ""
    with httpx.Client(base_url=stack.url, headers=user.headers, timeout=10) as client:
        while True:
            page = client.get("/v1/content", params={"pageSize": 200, "pageToken": token}).json()
            found += [content["title"] for content in page["contents"]]
            token = page["nextPageToken"]
            if not token:
                break
    assert len(found) == len(set(found)), "a draft was made twice"
    return set(found)


def pid_of(stack: Stack, name: str) -> int:
    status: Any = json.loads(stack.inergize("status", "--json"))
    return next(int(part["pid"]) for part in status["children"] if part["name"] == name)
