"""Any one process is killed while a post waits: it is published exactly once all the same."""

import os
import signal
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.support.people import connect_linkedin, sign_up
from tests.support.publishing import (
    applied,
    children,
    client_of,
    published,
    schedule_post,
    wait_until_restarted,
)
from tests.support.stack import Stack

CHILDREN = (
    *("postgres", "redis", "broker", "s3", "mail", "linkedin", "sms", "envoy"),
    *("auth", "profile", "content", "automation", "safety", "analytics"),
    *("workers", "scheduler", "pipeline"),
)
LEAD = timedelta(seconds=2)


def test_every_kind_of_child_is_tried(stack: Stack) -> None:
    assert {part.partition(".")[0] for part in children(stack)} == set(CHILDREN)


@pytest.mark.parametrize("name", CHILDREN)
def test_post_is_published_exactly_once(stack: Stack, name: str) -> None:
    user = sign_up(stack)
    member = connect_linkedin(stack, user)
    with client_of(stack, user) as client:
        body = f"While {name} dies: {uuid4()}"
        content_id = schedule_post(client, body, datetime.now(UTC) + LEAD)
        pid = children(stack)[name]["pid"]
        os.kill(pid, signal.SIGKILL)
        assert published(client, content_id)["body"] == body
    assert [entry["rendered"] for entry in applied(stack, member=member)] == [body]
    wait_until_restarted(stack, name, pid)
    assert name in stack.output().split("ready", 1)[1], "`up` says what it restarted"
