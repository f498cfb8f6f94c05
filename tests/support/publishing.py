"""What the fault tests ask about posts: of the stack, of its children, of LinkedIn."""

import json
import time
from datetime import datetime
from typing import Any

import httpx

from tests.support.patience import Patient
from tests.support.stack import Stack, User

Json = dict[str, Any]
PUBLISHED_SECONDS = 100
RESTARTED_SECONDS = 30
UP = ("ready", "healthy", "running")


def children(stack: Stack) -> dict[str, Json]:
    """What runs, by name."""
    status = json.loads(stack.inergize("status", "--json"))
    return {part["name"]: part for part in status["children"]}


def client_of(stack: Stack, user: User) -> httpx.Client:
    """A REST client that is signed in."""
    return httpx.Client(transport=Patient(), base_url=stack.url, headers=user.headers, timeout=10)


def schedule_post(client: httpx.Client, body: str, when: datetime) -> str:
    """Write a post and give it a time; returns its id."""
    draft = {"content": {"type": "CONTENT_TYPE_POST", "body": body}}
    created = client.post("/v1/content", json=draft)
    assert created.status_code == 200, created.text
    content_id = str(created.json()["content"]["contentId"])
    time_of = {"scheduledTime": when.isoformat()}
    scheduled = client.post(f"/v1/content/{content_id}:schedule", json=time_of)
    assert scheduled.status_code == 200, scheduled.text
    return content_id


def look_at(client: httpx.Client, path: str, **params: str) -> Json | None:
    """What a path answers; None while the stack cannot answer."""
    try:
        reply = client.get(path, params=params)
    except httpx.HTTPError:
        return None
    return reply.json() if reply.is_success else None


def published(client: httpx.Client, content_id: str) -> Json:
    """The content once it is published; the stack may be away for a while meanwhile."""
    deadline = time.monotonic() + PUBLISHED_SECONDS
    content: Json = {}
    while content.get("status") != "CONTENT_STATUS_PUBLISHED":
        assert time.monotonic() < deadline, content
        assert content.get("status") != "CONTENT_STATUS_FAILED", content
        time.sleep(0.1)
        reply = look_at(client, f"/v1/content/{content_id}")
        content = reply["content"] if reply else content
    return content


def applied(stack: Stack, **filters: str) -> list[Json]:
    """The posts that LinkedIn really made, oldest first."""
    url = f"{stack.addresses['LINKEDIN_API_URL']}/sandbox/applied"
    entries: list[Json] = httpx.get(url, params={"kind": "post.create", **filters}).json()
    return entries


def plan_fault(stack: Stack, kind: str, detail: str = "") -> None:
    """Have LinkedIn fail at the next post."""
    url = f"{stack.addresses['LINKEDIN_API_URL']}/sandbox/faults"
    fault = {"kind": kind, "operation": "posts.CREATE", "detail": detail}
    httpx.post(url, json=fault).raise_for_status()


def wait_until_restarted(stack: Stack, name: str, killed: int) -> None:
    """Wait until another process has taken the place of `killed`, and the stack is healthy."""
    deadline = time.monotonic() + RESTARTED_SECONDS
    while True:
        part = children(stack).get(name, {})
        is_back = part.get("pid") not in (None, killed) and part.get("state") in UP
        if is_back and httpx.get(f"{stack.url}/healthz").status_code == 200:
            return
        assert time.monotonic() < deadline, part
        time.sleep(0.1)
