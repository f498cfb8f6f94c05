"""Posts fall due while parts of the house die: each reaches LinkedIn at most once, none is lost.

What the content, the ledger, LinkedIn's own log, the quota and the figures say must agree.
"""

import asyncio
import os
import random
import signal
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import redis

from tests.support.people import connect_linkedin, sign_up
from tests.support.publishing import (
    Json,
    applied,
    children,
    client_of,
    look_at,
    plan_fault,
    schedule_post,
)
from tests.support.stack import Stack, User

USERS = 20
SEED = "INERGIZE_FAULTS_SEED"
"""Set it to repeat a run's choices."""
CHAOS_SECONDS = 22.0
SETTLED_SECONDS = 125.0
"""A lease, a minute, and room for the tries between."""
COUNTED_SECONDS = 30.0
LATE_SECONDS = 3.0
KILLED = (
    *("workers", "profile", "content", "automation", "safety", "scheduler"),
    *("broker", "redis", "pipeline", "analytics"),
)
FLUSHED = ("BROKER_URL", "REDIS_URL")
FAULTS = (
    *(("apply_then_drop", ""), ("apply_then_500", ""), ("apply_then_slow", "1500")),
    *(("slow", "1500"), ("unavailable", ""), ("throttle", "")),
)
PUBLISHED, FAILED, UNKNOWN = (
    f"PUBLISH_STATE_{name}" for name in ("PUBLISHED", "FAILED", "UNKNOWN")
)
LAST_STATES = {
    PUBLISHED: {"ACTION_STATE_CONFIRMED"},
    FAILED: {"ACTION_STATE_REJECTED", "ACTION_STATE_BLOCKED"},
    # Reading back begins by itself, and ends with the member where LinkedIn does not let us read.
    UNKNOWN: {"ACTION_STATE_UNKNOWN", "ACTION_STATE_RECONCILING", "ACTION_STATE_NEEDS_HUMAN"},
}
APPLIED_TIMES = {PUBLISHED: {1}, FAILED: {0}, UNKNOWN: {0, 1}}


@dataclass(frozen=True)
class Author:
    """A user whose LinkedIn is connected."""

    user: User
    client: httpx.Client


@dataclass(frozen=True)
class Post:
    """A post that is to be published."""

    author: Author
    content_id: str
    body: str
    due_at: datetime


@pytest.fixture(scope="module")
def authors(stack: Stack) -> Iterator[list[Author]]:
    def make(_: int) -> User:
        user = sign_up(stack)
        connect_linkedin(stack, user)
        return user

    with ThreadPoolExecutor(4) as pool, ExitStack() as clients:
        users = list(pool.map(make, range(USERS)))
        yield [Author(user, clients.enter_context(client_of(stack, user))) for user in users]


def plan(authors: list[Author], first: timedelta, step: timedelta) -> list[Post]:
    """A post of each author, one after another."""
    start = datetime.now(UTC) + first
    posts = []
    for number, author in enumerate(authors):
        body, due_at = f"Once only: {uuid4()}", start + number * step
        posts.append(Post(author, schedule_post(author.client, body, due_at), body, due_at))
    return posts


def test_latency_from_due_to_accepted(stack: Stack, authors: list[Author]) -> None:
    posts = plan(authors, timedelta(seconds=4), timedelta(seconds=0.2))
    contents = settled(posts)
    assert {content["publishState"] for content in contents.values()} == {PUBLISHED}
    accepted = {
        entry["rendered"]: datetime.fromisoformat(entry["time"]) for entry in applied(stack)
    }
    late = sorted((accepted[post.body] - post.due_at).total_seconds() for post in posts)
    print(
        f"\ndue to accepted, {len(late)} posts: p50 {statistics.median(late) * 1000:.0f} ms,"
        f" max {late[-1] * 1000:.0f} ms"
    )
    assert late[0] >= 0, "no post is early"
    assert late[-1] <= LATE_SECONDS


def test_nothing_is_sent_twice_and_nothing_is_lost(stack: Stack, authors: list[Author]) -> None:
    seed = int(os.environ.get(SEED, time.time_ns() % 1_000_000))
    print(f"\n{SEED}={seed}")
    # The same author twice, further apart than Safety's ten seconds, begun after the last test's.
    posts = plan(authors, timedelta(seconds=8), timedelta(seconds=0.3))
    posts += plan(authors, timedelta(seconds=19), timedelta(seconds=0.3))
    break_things(stack, random.Random(seed), until=time.monotonic() + CHAOS_SECONDS)
    began = time.monotonic()
    contents = settled(posts)
    print(f"settled after {time.monotonic() - began:.0f} s: {states_of(contents)}")

    times = Counter(entry["rendered"] for entry in applied(stack))
    urns = {entry["rendered"]: entry["urn"] for entry in applied(stack)}
    for post in posts:
        agree(post, contents[post.content_id], times[post.body], urns.get(post.body, ""))
    asyncio.run(nothing_is_left_open(stack))
    asyncio.run(all_is_counted_once(stack, authors))


def break_things(stack: Stack, chance: random.Random, until: float) -> None:
    """Kill, wipe and have LinkedIn fail, in an order that the seed decides."""
    deeds = [*(["kill"] * 6), "flush", *(["fault"] * 3)]
    while time.monotonic() < until:
        deed = chance.choice(deeds)
        if deed == "kill":
            kill(stack, chance.choice(KILLED))
        elif deed == "flush":
            flush(stack, chance.choice(FLUSHED))
        else:
            kind, detail = chance.choice(FAULTS)
            print(f"  LinkedIn: {kind}")
            plan_fault(stack, kind, detail)
        time.sleep(chance.uniform(0.2, 1.2))


def kill(stack: Stack, name: str) -> None:
    pid = children(stack).get(name, {}).get("pid")
    print(f"  kill {name} {pid}")
    if pid:
        os.kill(pid, signal.SIGKILL)


def flush(stack: Stack, name: str) -> None:
    print(f"  flush {name}")
    try:
        with redis.Redis.from_url(stack.addresses[name], socket_timeout=2) as server:
            server.flushall()
    except redis.RedisError as away:
        print(f"  … is away: {type(away).__name__}")


def settled(posts: list[Post]) -> dict[str, Json]:
    """Every post once it is published, failed or unknown."""
    deadline = time.monotonic() + SETTLED_SECONDS
    ended: dict[str, Json] = {}
    while len(ended) < len(posts):
        waiting = [post for post in posts if post.content_id not in ended]
        for post in waiting:
            reply = look_at(post.author.client, f"/v1/content/{post.content_id}")
            if reply and reply["content"]["publishState"] in LAST_STATES:
                ended[post.content_id] = reply["content"]
        assert time.monotonic() < deadline, [
            (post.content_id, look_at(post.author.client, f"/v1/content/{post.content_id}"))
            for post in waiting
        ]
        time.sleep(0.2)
    return ended


def states_of(contents: dict[str, Json]) -> dict[str, int]:
    return dict(Counter(content["publishState"] for content in contents.values()))


def agree(post: Post, content: Json, applied_times: int, urn: str) -> None:
    """The content, the ledger and LinkedIn tell one story."""
    state = content["publishState"]
    story = (content, applied_times)
    assert applied_times in APPLIED_TIMES[state], story
    query = {"contentId": post.content_id}
    actions = post.author.client.get("/v1/automation/actions", params=query).json()["actions"]
    last = max(actions, key=lambda action: int(action["attempt"]))
    assert last["state"] in LAST_STATES[state], (story, actions)
    assert all(
        action["state"] in LAST_STATES[FAILED] for action in actions if action is not last
    ), (story, actions)
    if state == PUBLISHED:
        assert last["remoteId"] == content["linkedinPostUrn"] == urn, (story, actions)


async def nothing_is_left_open(stack: Stack) -> None:
    """Nobody holds anything any more, and everything that is to be delivered has been."""
    await none_left(
        stack,
        """
        SELECT 'content', publish_state FROM content.content
         WHERE publish_state IN ('claimed', 'publishing')
        UNION ALL
        SELECT 'ledger', state FROM automation.automation_logs
         WHERE state IN ('planned', 'queued', 'claimed')
        UNION ALL
        SELECT 'linkedin', state FROM profile.linkedin_attempts WHERE state = 'sending'
        UNION ALL
        SELECT 'outbox', topic FROM content.outbox WHERE done_at IS NULL
        UNION ALL
        SELECT 'batch', topic FROM analytics.outbox WHERE done_at IS NULL
        UNION ALL
        SELECT 'dead', last_error FROM content.outbox WHERE last_error IS NOT NULL
                                                        AND attempt >= 12
        """,
    )


async def none_left(stack: Stack, query: str) -> None:
    connection = await asyncpg.connect(stack.addresses["DATABASE_URL"])
    deadline = time.monotonic() + SETTLED_SECONDS
    try:
        while rows := await connection.fetch(query):
            assert time.monotonic() < deadline, [tuple(row) for row in rows]
            await asyncio.sleep(0.2)
    finally:
        await connection.close()


async def all_is_counted_once(stack: Stack, authors: list[Author]) -> None:
    """Each published post is one event, on the dashboard too; each one sent has cost quota."""
    connection = await asyncpg.connect(stack.addresses["DATABASE_URL"])
    wanted = await by_user(
        connection,
        "SELECT user_id, count(*) FROM content.content"
        " WHERE publish_state = 'published' GROUP BY user_id",
    )
    spent = await by_user(
        connection,
        "SELECT user_id, count(*) FROM safety.action_reservations"
        " WHERE verdict = 'allowed' AND outcome <> 'released' GROUP BY user_id",
    )
    await connection.close()
    for author in authors:
        posts = wanted.get(author.user.user_id, 0)
        assert spent.get(author.user.user_id, 0) >= posts
        deadline = time.monotonic() + COUNTED_SECONDS
        while (shown := counts(author)) != (posts, posts):
            assert time.monotonic() < deadline, (shown, posts, author.user.user_id)
            await asyncio.sleep(0.2)


async def by_user(connection: Any, query: str) -> dict[str, int]:
    return {str(user_id): count for user_id, count in await connection.fetch(query)}


def counts(author: Author) -> tuple[int, int] | None:
    """Posts today: live, and in the time series."""
    reply = look_at(author.client, "/v1/analytics/dashboard")
    if reply is None:
        return None
    events = {count["eventType"]: int(count["count"]) for count in reply["eventCounts"]}
    return int(reply["live"]["postsToday"]), events.get("content_published", 0)
