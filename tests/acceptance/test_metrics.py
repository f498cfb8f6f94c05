"""What Profile counts at LinkedIn arrives in Analytics and Content, each figure once."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest_asyncio
import redis

from tests.support.people import sign_up
from tests.support.publishing import client_of, published, schedule_post
from tests.support.stack import Stack, User
from tests.support.waiting import eventually

SECONDS = 60
ANALYTICS = "r_member_postAnalytics"
TOPICS = ["api_performance", "post_metrics", "profile_metrics"]
SEEN = {"IMPRESSION": 40, "MEMBERS_REACHED": 30}
MESSAGES = """
    SELECT topic, payload, done_at IS NOT NULL AND last_error IS NULL AS is_delivered
      FROM profile.outbox WHERE user_id = $1 AND topic = ANY ($2) ORDER BY created_at, id
"""
AGAIN = """
    UPDATE profile.outbox SET done_at = NULL, available_at = now()
     WHERE user_id = $1 AND topic = ANY ($2)
"""
ROWS = {
    "api_performance": """
        SELECT event_id, endpoint, response_time_ms
          FROM analytics.api_performance_metrics WHERE user_id = $1
    """,
    "profile_metrics": """
        SELECT event_id, metric_type, metric_value FROM analytics.profile_metrics WHERE user_id = $1
    """,
    "post_metrics": """
        SELECT event_id, metric_type, metric_value
          FROM analytics.content_engagement_metrics WHERE user_id = $1
    """,
}
KEPT_BY_CONTENT = """
    SELECT metric_type, metric_value
      FROM content.content_performance JOIN content.content ON content.id = content_id
     WHERE user_id = $1
"""
FIELDS = {
    "api_performance": ("event_id", "endpoint", "response_time_ms"),
    "profile_metrics": ("event_id", "metric_type", "value"),
    "post_metrics": ("event_id", "metric_type", "value"),
}
"""Of a figure in a message, in the order of the columns in `ROWS`."""


class Counting:
    """A user whose figures are followed from Profile's outbox into the time series."""

    def __init__(self, stack: Stack, owner: asyncpg.Connection, user: User) -> None:
        self.stack = stack
        self.owner = owner
        self.user = user
        self.user_id = UUID(user.user_id)

    async def until_delivered(self) -> dict[str, Counter[tuple[str, ...]]]:
        """What the messages of all three topics told, once all of them are delivered."""

        async def look() -> dict[str, Counter[tuple[str, ...]]] | None:
            found = await self.owner.fetch(MESSAGES, self.user_id, TOPICS)
            told: dict[str, Counter[tuple[str, ...]]] = {}
            for row in found:
                told.setdefault(row["topic"], Counter()).update(_told(row["topic"], row["payload"]))
            are_delivered = all(row["is_delivered"] for row in found)
            return told if are_delivered and sorted(told) == TOPICS else None

        told = await eventually(look, seconds=SECONDS, every=0.2)
        assert told is not None
        return told

    async def recorded(self) -> dict[str, Counter[tuple[str, ...]]]:
        """The rows of the time series."""
        return {
            topic: Counter(tuple(map(str, row)) for row in await self.owner.fetch(q, self.user_id))
            for topic, q in ROWS.items()
        }

    async def kept_by_content(self) -> list[tuple[str, int]]:
        return sorted(tuple(row) for row in await self.owner.fetch(KEPT_BY_CONTENT, self.user_id))

    async def deliver_again(self) -> None:
        """As after a worker that died between recording and saying so."""
        await self.owner.execute(AGAIN, self.user_id, TOPICS)
        self.ring()

    async def measure(self) -> None:
        """Two hours pass, and the posts are looked at."""
        await self.owner.execute(
            "UPDATE profile.linkedin_attempts SET sent_at = sent_at - interval '2 hours'"
            " WHERE user_id = $1",
            self.user_id,
        )
        await self.owner.execute(
            "INSERT INTO profile.periodic_runs (name, due_at)"
            " VALUES ('measure_linkedin_posts', clock_timestamp())"
        )
        self.ring()

    def ring(self) -> None:
        with redis.Redis.from_url(self.stack.addresses["REDIS_URL"]) as client:
            client.publish("doorbell", "profile")


@pytest_asyncio.fixture
async def counting(stack: Stack) -> AsyncIterator[Counting]:
    owner = await asyncpg.connect(stack.addresses["DATABASE_URL"])
    try:
        yield Counting(stack, owner, sign_up(stack))
    finally:
        await owner.close()


async def test_figures_arrive_once_however_often_they_are_delivered(counting: Counting) -> None:
    with client_of(counting.stack, counting.user) as client:
        _connect_with_analytics(counting.stack, client)
        content = published(client, schedule_post(client, "counted", datetime.now(UTC)))
        _be_seen(counting.stack, content["linkedinPostUrn"])
        reply = client.post("/v1/linkedin/profile:sync", json={"wait": "8s"})
        assert reply.status_code == 200, reply.text
    await counting.measure()

    told = await counting.until_delivered()
    assert await counting.recorded() == told
    assert {count for of_topic in told.values() for count in of_topic.values()} == {1}
    figures = sorted((metric, int(value)) for _, metric, value in told["post_metrics"])
    assert figures == [
        *(("comments", 0), ("likes", 0), ("members_reached", 30), ("shares", 0), ("views", 40)),
    ]
    kept = await counting.kept_by_content()
    assert kept == [("comments", 0), ("likes", 0), ("shares", 0), ("views", 40)]

    await counting.deliver_again()

    told = await counting.until_delivered()
    assert await counting.recorded() == told
    assert await counting.kept_by_content() == kept


def _told(topic: str, payload: str) -> list[tuple[str, ...]]:
    """The figures in a message, each as its row will be."""
    held = json.loads(payload)
    figures: list[dict[str, Any]] = held["calls" if topic == "api_performance" else "metrics"]
    return [tuple(str(figure[name]) for name in FIELDS[topic]) for figure in figures]


def _connect_with_analytics(stack: Stack, client: httpx.Client) -> None:
    """Connect LinkedIn, where a member may be asked for the figures of posts as well."""
    client_id = stack.addresses["LINKEDIN_CLIENT_ID"]
    _sandbox(stack, "apps", {"client_id": client_id, "scopes": [ANALYTICS]})
    away = httpx.URL(client.get("/v1/linkedin/oauth/init").json()["authorizationUrl"])
    asked = f"{away.params['scope']} {ANALYTICS}"
    back = httpx.get(away.copy_set_param("scope", asked)).headers["location"]
    reply = client.get(back, headers={"accept": "application/json"})
    assert reply.status_code == 200, reply.text


def _be_seen(stack: Stack, post_urn: str) -> None:
    for metric, count in SEEN.items():
        _sandbox(stack, "counts", {"subject": post_urn, "metric": metric, "count": count})


def _sandbox(stack: Stack, path: str, body: dict[str, object]) -> None:
    url = f"{stack.addresses['LINKEDIN_API_URL']}/sandbox/{path}"
    httpx.post(url, json=body).raise_for_status()
