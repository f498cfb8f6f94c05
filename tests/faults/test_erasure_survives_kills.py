"""Whoever is killed in the middle of an erasure: it is finished, and nothing is left."""

import os
import signal

import asyncpg
import httpx
import pytest

from tests.support.erasing import let_the_lease_lapse, let_time_pass
from tests.support.people import connect_linkedin, sign_up
from tests.support.publishing import children, wait_until_restarted
from tests.support.remains import everything, naming
from tests.support.stack import Stack, User
from tests.support.waiting import eventually

ROWS = 25_000
"""More than one call erases, so that there is a middle."""
ERASED_SECONDS = 150
SEEDS = {
    "profile.linkedin_api_usage": (
        "INSERT INTO profile.linkedin_api_usage (user_id, endpoint, method, status_code)"
        " SELECT $1, '/rest/posts', 'POST', 201 FROM generate_series(1, $2)"
    ),
    "content.content": (
        "INSERT INTO content.content (user_id, type, content)"
        " SELECT $1, 'post', '{}' FROM generate_series(1, $2)"
    ),
    "analytics.analytics_events": (
        "INSERT INTO analytics.analytics_events (user_id, event_type, event_category, event_id)"
        " SELECT $1, 't', 'c', gen_random_uuid() FROM generate_series(1, $2)"
    ),
    "auth.one_time_tokens": (
        "INSERT INTO auth.one_time_tokens (user_id, purpose, token_hash, hash_key_id, expires_at)"
        " SELECT $1, 'sms_code', uuid_send(gen_random_uuid()), 'h', now()"
        "   FROM generate_series(1, $2)"
    ),
}
KILLS = (
    ("workers", "profile.linkedin_api_usage"),
    ("profile", "profile.linkedin_api_usage"),
    ("content", "content.content"),
    ("analytics", "analytics.analytics_events"),
    ("auth", "auth.one_time_tokens"),
    ("postgres", "content.content"),
)


@pytest.mark.parametrize(("victim", "table"), KILLS)
async def test_erasure_survives_kills(stack: Stack, victim: str, table: str) -> None:
    user = sign_up(stack)
    member = connect_linkedin(stack, user).rpartition(":")[2]
    words = [user.user_id, user.email, member]
    _delete(stack, user)
    await _seed(stack, table, user.user_id)
    pid = children(stack)[victim]["pid"]
    await let_time_pass(stack, user.user_id)
    await _until_in_the_middle(stack, table, user.user_id)
    os.kill(pid, signal.SIGKILL)
    wait_until_restarted(stack, victim, pid)
    await let_the_lease_lapse(stack)

    async def is_free_of_them() -> bool:
        return not naming(await everything(stack), words)

    await eventually(is_free_of_them, seconds=ERASED_SECONDS, every=1)


def _delete(stack: Stack, user: User) -> None:
    reply = httpx.delete(f"{stack.url}/v1/users/me", headers=user.headers)
    assert reply.status_code == 200, reply.text


async def _seed(stack: Stack, table: str, user_id: str) -> None:
    owner = await asyncpg.connect(stack.addresses["DATABASE_URL"])
    try:
        await owner.execute(SEEDS[table], user_id, ROWS)
    finally:
        await owner.close()


async def _until_in_the_middle(stack: Stack, table: str, user_id: str) -> None:
    owner = await asyncpg.connect(stack.addresses["DATABASE_URL"])

    async def has_begun() -> bool:
        count = f"SELECT count(*) FROM {table} WHERE user_id = $1"
        return bool(await owner.fetchval(count, user_id) < ROWS)

    try:
        await eventually(has_begun, seconds=60, every=0.005)
        left = await owner.fetchval(f"SELECT count(*) FROM {table} WHERE user_id = $1", user_id)
        assert left > 0, "the erasure was too fast to be killed in its middle"
    finally:
        await owner.close()
