"""Refreshing under fire: a hundred at once rotate once, and an old token ends everything each time.

`RACE_ROUNDS=1000` makes 200 rounds of each hundred instead of 5.
"""

import asyncio
import time

import grpc
import pytest_asyncio
from inergize.auth.v1 import auth_service_pb2 as pb
from inergize.auth.v1 import auth_sessions_pb2 as sessions_pb
from inergize.auth.v1.auth_pb2 import SessionTokens

from tests.integration.auth.conftest import People, bearer
from tests.support.races import ROUNDS, race, refusals, winners
from tests.support.replies import error_info
from tests.support.waiting import eventually

AT_ONCE = 100
SESSION_ROUNDS = ROUNDS // 5
ENDED = {"ERROR_REASON_REFRESH_REUSED", "ERROR_REASON_SESSION_ENDED"}
TOO_LATE = "ERROR_REASON_DEADLINE_EXCEEDED"
"""A machine that is very busy may not get to the last of a hundred in time."""
GENERATION = "SELECT generation FROM auth.user_sessions WHERE id = $1::text::uuid"
ROTATIONS = """
    SELECT count(*) FROM auth.user_sessions WHERE id = $1::text::uuid AND revoke_reason = 'reuse'
"""


@pytest_asyncio.fixture
async def email(people: People) -> str:
    address = people.new_email()
    await people.verified(address)
    return address


async def generation(people: People, tokens: SessionTokens) -> int:
    found: int = await people.room.admin.fetchval(GENERATION, tokens.session_id)
    return found


async def test_a_hundred_at_once_rotate_once_and_an_old_token_ends_the_family(
    people: People, email: str
) -> None:
    for _ in range(SESSION_ROUNDS):
        first = await people.login(email)
        at_once = await race(AT_ONCE, lambda: people.refresh(first.refresh_token))  # noqa: B023
        assert set(refusals(at_once)) <= {TOO_LATE}
        pairs = {(pair.access_token, pair.refresh_token) for pair in winners(at_once)}
        assert len(pairs) == 1
        assert await generation(people, first) == 1

        ((_, second),) = pairs
        third = await people.refresh(second)
        assert await generation(people, first) == 2
        reused = await race(AT_ONCE, lambda: people.refresh(first.refresh_token))  # noqa: B023
        assert not winners(reused)
        counted = refusals(reused)
        assert set(counted) <= ENDED | {TOO_LATE}
        # One ends the family; whoever comes after finds it ended.
        assert counted["ERROR_REASON_REFRESH_REUSED"] <= 1, counted
        after = await race(1, lambda: people.refresh(third.refresh_token))  # noqa: B023
        assert refusals(after) == {"ERROR_REASON_SESSION_ENDED": 1}
        assert await people.room.admin.fetchval(ROTATIONS, first.session_id) == 1


class Client:
    """Refreshes and calls without a pause, and knows when it was last let in."""

    def __init__(self, people: People, tokens: SessionTokens) -> None:
        self._people, self._tokens, self.first = people, tokens, tokens
        self.last_refresh_at = self.last_call_at = 0.0
        self.refreshes = 0

    async def refresh(self, until: float) -> None:
        while time.monotonic() < until:
            began = time.monotonic()
            try:
                self._tokens = await self._people.refresh(self._tokens.refresh_token)
            except grpc.aio.AioRpcError as refused:
                if error_info(refused).reason not in ENDED:
                    raise
            else:
                # When it was asked for: the answer may come after a revocation that came after it.
                self.last_refresh_at = began
                self.refreshes += 1

    async def call(self, until: float, tokens: SessionTokens | None = None) -> None:
        """With the newest token, or always with the same, which the server remembers."""
        me = pb.GetCurrentUserRequest()
        while time.monotonic() < until:
            began = time.monotonic()
            try:
                await self._people.stub.GetCurrentUser(me, metadata=bearer(tokens or self._tokens))
            except grpc.aio.AioRpcError as refused:
                if error_info(refused).reason != "ERROR_REASON_SESSION_ENDED":
                    raise
            else:
                self.last_call_at = began


async def test_revoking_under_load_lets_nothing_through_five_seconds_later(
    people: People, email: str
) -> None:
    own = await people.login(email)
    clients = [Client(people, await people.login(email)) for _ in range(4)]
    until = time.monotonic() + 8
    running = [
        asyncio.create_task(run)
        for client in clients
        for run in (client.refresh(until), client.call(until), client.call(until, client.first))
    ]

    async def all_have_refreshed() -> bool:
        return min(client.refreshes for client in clients) > 10

    await eventually(all_have_refreshed, seconds=3)
    reply = await people.stub.RevokeOtherSessions(
        sessions_pb.RevokeOtherSessionsRequest(), metadata=bearer(own)
    )
    revoked_at = time.monotonic()
    await asyncio.gather(*running)

    assert reply.revoked_count == len(clients)
    print(
        f"\n{sum(client.refreshes for client in clients)} refreshes; last call let in "
        f"{max(client.last_call_at for client in clients) - revoked_at:.2f} s after"
    )
    for client in clients:
        assert client.last_refresh_at <= revoked_at
        assert client.last_call_at <= revoked_at + 5
    assert await people.refresh(own.refresh_token)
