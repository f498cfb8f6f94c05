"""Whatever dies is started again and reported."""

import os
import signal

import httpx
import pytest

from tests.acceptance.stack.running import Stack, edge_url, wait_until

KINDS = (
    "postgres",
    "redis",
    "broker",
    "s3",
    "mail",
    "linkedin",
    "sms",
    "content",
    "workers",
    "scheduler",
    "pipeline",
    "envoy",
)


@pytest.mark.parametrize("name", KINDS)
def test_a_killed_child_is_started_again_and_reported(stack: Stack, name: str) -> None:
    before = stack.kill(name)

    assert stack.child(name)["restarts"] == before["restarts"] + 1
    assert f"restarted {name} (was killed by SIGKILL), attempt" in stack.printed()
    assert f"restarted {name} (was killed by SIGKILL), attempt" in stack.run("logs", "stack").stdout


def test_a_child_that_ends_by_itself_is_a_crash_too(stack: Stack) -> None:
    before = stack.child("safety")

    os.kill(before["pid"], signal.SIGTERM)
    wait_until(lambda: stack.child("safety")["pid"] not in {None, before["pid"]}, "safety is back")

    assert "restarted safety (ended with exit code 0), attempt 1" in stack.printed()


def test_the_edge_answers_again_after_all_that(stack: Stack) -> None:
    wait_until(lambda: stack.status()["is_ready"], "the stack is ready")

    assert httpx.get(f"{edge_url(stack)}/healthz").status_code == 200
