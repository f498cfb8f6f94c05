"""Lets the two weeks pass after which an account is erased."""

import asyncpg
import redis

from tests.support.stack import Stack


async def let_time_pass(stack: Stack, user_id: str) -> None:
    """Move the wish two weeks back, and have the scheduler look at once."""
    owner = await asyncpg.connect(stack.addresses["DATABASE_URL"])
    try:
        await owner.execute(
            "UPDATE auth.users SET erase_requested_at = now() - interval '14 days' WHERE id = $1",
            user_id,
        )
        await owner.execute(
            "INSERT INTO auth.periodic_runs (name, due_at) VALUES ('begin_erasures', now())"
        )
    finally:
        await owner.close()
    _ring(stack)


async def let_the_lease_lapse(stack: Stack) -> None:
    """Whoever held an erasure is dead: let the next one take it at once, not within a minute."""
    owner = await asyncpg.connect(stack.addresses["DATABASE_URL"])
    try:
        await owner.execute(
            "UPDATE auth.outbox SET lease_until = now() WHERE topic = 'erase_account'"
        )
    finally:
        await owner.close()
    _ring(stack)


def _ring(stack: Stack) -> None:
    with redis.Redis.from_url(stack.addresses["REDIS_URL"]) as client:
        client.publish("doorbell", "auth")
