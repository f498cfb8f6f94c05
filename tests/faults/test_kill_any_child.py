"""Any one process is killed while a post waits: it is published exactly once all the same."""

import json
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.people import connect_linkedin, sign_up
from tests.support.stack import Stack

CHILDREN = (
    *("postgres", "redis", "broker", "s3", "mail", "linkedin", "envoy"),
    *("auth", "profile", "content", "automation", "safety", "analytics"),
    *("workers", "scheduler", "pipeline"),
)
LEAD = timedelta(seconds=2)
PUBLISHED_SECONDS = 100
RESTARTED_SECONDS = 30


def children(stack: Stack) -> dict[str, dict[str, Any]]:
    """What runs, by name."""
    status = json.loads(stack.inergize("status", "--json"))
    return {part["name"]: part for part in status["children"]}


def test_every_kind_of_child_is_tried(stack: Stack) -> None:
    assert {part.partition(".")[0] for part in children(stack)} == set(CHILDREN)


@pytest.mark.parametrize("name", CHILDREN)
def test_post_is_published_exactly_once(stack: Stack, name: str) -> None:
    user = sign_up(stack)
    member = connect_linkedin(stack, user)
    with httpx.Client(base_url=stack.url, headers=user.headers, timeout=10) as client:
        body = f"While {name} dies: {uuid4()}"
        draft = {"content": {"type": "CONTENT_TYPE_POST", "body": body}}
        content_id = client.post("/v1/content", json=draft).json()["content"]["contentId"]
        when = {"scheduledTime": (datetime.now(UTC) + LEAD).isoformat()}
        scheduled = client.post(f"/v1/content/{content_id}:schedule", json=when)
        assert scheduled.status_code == 200, scheduled.text
        pid = children(stack)[name]["pid"]
        os.kill(pid, signal.SIGKILL)
        assert published(client, content_id)["body"] == body
    assert applied(stack, member) == [body]
    wait_until_restarted(stack, name, pid)
    assert name in stack.output().split("ready", 1)[1], "`up` says what it restarted"


def published(client: httpx.Client, content_id: str) -> dict[str, Any]:
    """The content once it is published; the stack may be away for a while meanwhile."""
    deadline = time.monotonic() + PUBLISHED_SECONDS
    content: dict[str, Any] = {}
    while content.get("status") != "CONTENT_STATUS_PUBLISHED":
        assert time.monotonic() < deadline, content
        assert content.get("status") != "CONTENT_STATUS_FAILED", content
        time.sleep(0.1)
        try:
            reply = client.get(f"/v1/content/{content_id}")
        except httpx.HTTPError:
            continue
        if reply.is_success:
            content = reply.json()["content"]
    return content


def applied(stack: Stack, member: str) -> list[str]:
    """The posts that LinkedIn really made for a member."""
    url = f"{stack.addresses['LINKEDIN_API_URL']}/sandbox/applied"
    entries = httpx.get(url, params={"member": member, "kind": "post.create"}).json()
    return [entry["rendered"] for entry in entries]


def wait_until_restarted(stack: Stack, name: str, killed: int) -> None:
    deadline = time.monotonic() + RESTARTED_SECONDS
    while True:
        part = children(stack).get(name, {})
        is_back = part.get("pid") not in (None, killed) and part.get("state") in (
            "ready",
            "healthy",
            "running",
        )
        if is_back and httpx.get(f"{stack.url}/healthz").status_code == 200:
            return
        assert time.monotonic() < deadline, part
        time.sleep(0.1)
