"""The access log says what happened and holds no secret."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio

from tests.acceptance.edge.edge import Edge, bearer
from tests.support.waiting import eventually


@pytest_asyncio.fixture
async def rest(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=edge.url) as client:
        yield client


async def entry(edge: Edge, request_id: str) -> Any:
    """The line about one request."""

    async def look() -> Any:
        lines = [line for line in edge.log.read_text().splitlines() if request_id in line]
        return json.loads(lines[0]) if lines else None

    return await eventually(look)


async def test_a_request_is_logged_as_the_client_sent_it(
    edge: Edge, rest: httpx.AsyncClient
) -> None:
    reply = await rest.get("/v1/content/7b0c2f3e:watch", headers=bearer())
    line = await entry(edge, reply.headers["x-request-id"])
    assert (line["method"], line["path"]) == ("GET", "/v1/content/7b0c2f3e:watch")
    assert (line["status"], line["client"]) == (200, "127.0.0.1")
    assert line["duration_ms"] >= 0


async def test_queries_and_tokens_are_not_logged(edge: Edge, rest: httpx.AsyncClient) -> None:
    query = {"code": "hunter2", "state": "s"}
    reply = await rest.get("/v1/linkedin/oauth/callback", params=query, headers=bearer())
    line = await entry(edge, reply.headers["x-request-id"])
    assert line["path"] == "/v1/linkedin/oauth/callback"
    assert "hunter2" not in edge.log.read_text()
    assert "Bearer" not in edge.log.read_text()


async def test_health_checks_are_not_logged(edge: Edge, rest: httpx.AsyncClient) -> None:
    await rest.get("/healthz")
    reply = await rest.get("/nope")
    await entry(edge, reply.headers["x-request-id"])
    assert "/healthz" not in [
        json.loads(line)["path"]
        for line in edge.log.read_text().splitlines()
        if '"method":"GET"' in line
    ]
