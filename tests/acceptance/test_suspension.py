"""A suspended account is out, and nothing is published for it; from the machine and back."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.support.people import connect_linkedin, sign_in, sign_up
from tests.support.publishing import applied, schedule_post
from tests.support.stack import Stack

LEAD = timedelta(seconds=12)
"""Time enough to suspend the account before its post is due, on a busy machine too."""
PATIENCE_SECONDS = 40.0
FAILED = "CONTENT_STATUS_FAILED"


def status_in_database(stack: Stack, content_id: str) -> str:
    async def read() -> str:
        connection = await asyncpg.connect(stack.addresses["DATABASE_URL"])
        try:
            query = "SELECT status FROM content.content WHERE id = $1"
            return str(await connection.fetchval(query, content_id))
        finally:
            await connection.close()

    return asyncio.run(read())


def wait_until_tried(stack: Stack, content_id: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while status_in_database(stack, content_id) == "scheduled":
        assert time.monotonic() < deadline, "nobody has tried to publish it"
        time.sleep(0.2)


def test_nothing_is_published_for_a_suspended_account(stack: Stack) -> None:
    user = sign_up(stack)
    connect_linkedin(stack, user)
    body = f"Never to be seen: {uuid4()}"
    with httpx.Client(base_url=stack.url, headers=user.headers, timeout=30) as client:
        content_id = schedule_post(client, body, datetime.now(UTC) + LEAD)
        assert "suspended" not in stack.inergize("user", "show", user.email)

        printed = stack.inergize("user", "suspend", user.email, "--reason", "spam")

        assert status_in_database(stack, content_id) == "scheduled", "suspended too late"
        assert "suspended" in printed
        assert user.email in stack.inergize("user", "list", "--begins", user.email, "--suspended")
        wait_until_out(client)
        wait_until_tried(stack, content_id)
        assert body not in {entry["rendered"] for entry in applied(stack)}

        stack.inergize("user", "reinstate", user.user_id, "--reason", "a mistake")
        again = sign_in(client, user.email)
        found = client.get(f"/v1/content/{content_id}", headers=again.headers).json()["content"]
        assert found["status"] == FAILED
        assert "account_suspended" in found["publishError"]
        events = client.get("/v1/auditEvents", headers=again.headers).json()["events"]
        acts = {event["event"]: event["actor"] for event in events}
        assert acts["user_suspended"] == acts["user_reinstated"] == "admin"


def wait_until_out(client: httpx.Client) -> None:
    deadline = time.monotonic() + 6
    while client.get("/v1/content").status_code != httpx.codes.UNAUTHORIZED:
        assert time.monotonic() < deadline, "still let in six seconds after the suspension"
        time.sleep(0.1)


def test_subscription_that_is_set_counts_at_once(stack: Stack) -> None:
    user = sign_up(stack)
    with httpx.Client(base_url=stack.url, headers=user.headers, timeout=30) as client:
        until = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%d")

        printed = stack.inergize("user", "subscription", user.email, "premium", "--until", until)

        assert "premium (active)" in printed
        found = client.get("/v1/users/me/entitlements").json()["entitlements"]
        assert found["tier"] == "SUBSCRIPTION_TIER_PREMIUM"
        assert found["limits"]["scheduled_posts"] == "500"


@pytest.mark.parametrize("reason", ["", "x" * 501])
def test_a_suspension_from_the_machine_needs_a_reason_too(stack: Stack, reason: str) -> None:
    email = sign_up(stack).email
    with pytest.raises(AssertionError, match="The request is not valid: reason: must "):
        stack.inergize("user", "suspend", email, "--reason", reason)
    assert "active" in stack.inergize("user", "show", email)
