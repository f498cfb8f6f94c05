"""The Profile process is killed with LinkedIn's new token in its hands: nobody is left in doubt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from typing import Any
from uuid import UUID

import asyncpg
import grpc
import pytest
from inergize.profile.v1 import linkedin_connection_pb2 as pb
from inergize.profile.v1 import profile_pb2
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub

from tests.integration.profile.conftest import ProfileRoom, publish
from tests.integration.profile.connection.test_disconnecting import disconnect
from tests.integration.profile.connection.test_refreshing import (
    end_the_pause,
    ends_in,
    fault,
    kinds_told,
    opened,
    refresh,
)
from tests.support.profile_process import environment_of, start_profile
from tests.support.valkey import free_port
from tests.support.waiting import eventually

STORING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE application_name = 'inergize-profile' AND wait_event_type = 'Lock'
       AND query LIKE '%refresh_lease_until = NULL, version = version + 1%'
"""


@asynccontextmanager
async def other_process(profile: ProfileRoom) -> AsyncIterator[tuple[BaseProcess, Any]]:
    """The service once more, in a process that can be killed, and its address's stub."""
    port = free_port()
    running = start_profile(environment_of(profile.room.given.settings), port, free_port())
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield running, ProfileInternalServiceStub(channel)
    finally:
        running.kill()
        await asyncio.to_thread(running.join, 10)


@asynccontextmanager
async def tokens_held(profile: ProfileRoom) -> AsyncIterator[None]:
    """Nobody writes a token meanwhile."""
    url = profile.room.given.settings.database.url
    assert url is not None
    holder = await asyncpg.connect(url.get_secret_value())
    try:
        async with holder.transaction():
            await holder.execute("SELECT FROM profile.linkedin_tokens FOR UPDATE")
            yield
    finally:
        await holder.close()


async def killed_before_storing(profile: ProfileRoom) -> None:
    """A process refreshes, gets LinkedIn's answer, and dies on its way to the database."""
    fault(profile, "apply_then_slow", detail="300")
    async with other_process(profile) as (running, stub):
        call = stub.RefreshExpiringTokens(
            pb.RefreshExpiringTokensRequest(),
            metadata=profile.room.as_service("workers"),
            wait_for_ready=True,
            timeout=30,
        )
        await eventually(lambda: _is_leased(profile))
        async with tokens_held(profile):
            await eventually(lambda: _is_storing(profile))
            running.kill()
            with pytest.raises(grpc.aio.AioRpcError):
                await call


async def test_a_lost_answer_is_asked_for_again_and_the_connection_works(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.connected_user()
    before = await opened(profile, user_id)
    await ends_in(profile, "1 hour")

    await killed_before_storing(profile)

    assert await opened(profile, user_id) == before, "the earlier tokens are whole"
    assert await refresh(profile) == pb.RefreshExpiringTokensResponse(), "the dead one's lease"
    assert (await profile.execute(publish(user_id))).remote_id, "the earlier token still works"
    await end_the_pause(profile)
    assert (await refresh(profile)).refreshed == 1
    assert await opened(profile, user_id) != before
    assert (await profile.execute(publish(user_id))).remote_id
    assert await kinds_told(profile) == []


@pytest.mark.parametrize(
    ("left", "state", "told"),
    [
        ("2 days", profile_pb2.CONNECTION_STATE_CONNECTED, "linkedin_expiring"),
        ("-1 minute", profile_pb2.CONNECTION_STATE_NEEDS_RECONNECT, "linkedin_reconnect"),
    ],
)
async def test_when_linkedin_no_longer_takes_the_earlier_token_the_member_is_told(
    profile: ProfileRoom, left: str, state: int, told: str
) -> None:
    user_id = await profile.connected_user(member="turns")
    await ends_in(profile, left)
    await killed_before_storing(profile)
    # As if the lost answer had held a new refresh token in place of the earlier one.
    profile.sandbox.post("clock", advance_seconds=366 * 86_400)
    await end_the_pause(profile)

    done = await refresh(profile)
    profile.sandbox.post("clock", is_real=True)

    assert done.ended == 1
    assert (await profile.connection(user_id)).state == state
    assert await kinds_told(profile) == [told]
    await disconnect(profile, user_id)
    await _connect_again(profile, user_id)
    assert (await profile.execute(publish(user_id))).remote_id


async def _connect_again(profile: ProfileRoom, user_id: UUID) -> None:
    begun = await profile.begin(user_id, member="turns")
    await profile.complete(begun, [("cookie", begun.cookie)])


async def _is_leased(profile: ProfileRoom) -> bool:
    return (await profile.row("linkedin_tokens"))["refresh_lease_until"] is not None


async def _is_storing(profile: ProfileRoom) -> bool:
    return bool(await profile.room.admin.fetchval(STORING))
