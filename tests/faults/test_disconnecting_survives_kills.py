"""Whoever is killed while a member disconnects: LinkedIn and Auth are told all the same."""

import os
import signal
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.support.people import connect_linkedin, sign_up
from tests.support.publishing import children, wait_until_restarted
from tests.support.stack import Stack, User
from tests.support.waiting import eventually

SECONDS = 90
BEGUN = """
    SELECT count(*) FROM profile.outbox
     WHERE user_id = $1 AND topic = 'revoke_linkedin_tokens' AND claimed_by IS NOT NULL
"""
LEFT = """
    SELECT (SELECT count(*) FROM profile.linkedin_tokens WHERE user_id = $1)
         + (SELECT count(*) FROM profile.linkedin_revocations WHERE user_id = $1)
         + (SELECT count(*) FROM auth.users WHERE id = $1 AND linkedin_connected)
"""
GIVEN_BACK = """
    SELECT count(*) FROM profile.linkedin_api_usage
     WHERE user_id = $1 AND endpoint = '/oauth/v2/revoke' AND status_code = 200
"""


@pytest.mark.parametrize("victim", ["workers", "profile"])
async def test_disconnecting_survives_kills(stack: Stack, victim: str) -> None:
    user = sign_up(stack)
    connect_linkedin(stack, user)
    _have_revocations_take_their_time(stack)
    pid = children(stack)[victim]["pid"]
    _disconnect(stack, user)
    owner = await asyncpg.connect(stack.addresses["DATABASE_URL"])
    try:

        async def is_begun() -> bool:
            return bool(await owner.fetchval(BEGUN, UUID(user.user_id)))

        await eventually(is_begun, seconds=SECONDS)
        os.kill(pid, signal.SIGKILL)
        wait_until_restarted(stack, victim, pid)
        # Whoever held a message is dead: let the next one take it at once, not within a minute.
        lapse = "UPDATE profile.outbox SET lease_until = now() WHERE user_id = $1"
        await owner.execute(lapse, UUID(user.user_id))

        async def is_over() -> bool:
            return not await owner.fetchval(LEFT, UUID(user.user_id))

        await eventually(is_over, seconds=SECONDS, every=0.5)

        async def is_noted() -> bool:
            return bool(await owner.fetchval(GIVEN_BACK, UUID(user.user_id)))

        # The account of a call is written after it, and holds up nothing.
        await eventually(is_noted, seconds=SECONDS, every=0.5)
    finally:
        await owner.close()


def _have_revocations_take_their_time(stack: Stack) -> None:
    """The kill comes while LinkedIn is being told."""
    fault = {"kind": "slow", "detail": "3000", "operation": "revoke.POST"}
    url = f"{stack.addresses['LINKEDIN_API_URL']}/sandbox/faults"
    assert httpx.post(url, json=fault).status_code == 200


def _disconnect(stack: Stack, user: User) -> None:
    reply = httpx.delete(f"{stack.url}/v1/linkedin/connection", headers=user.headers)
    assert reply.status_code == 200, reply.text
