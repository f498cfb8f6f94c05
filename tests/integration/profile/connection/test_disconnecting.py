"""A connection ends at once here, and at LinkedIn as soon as it listens."""

import asyncio
from uuid import UUID

import grpc
import httpx
import pytest
from grpc import StatusCode
from inergize.profile.v1 import linkedin_connection_pb2 as pb
from inergize.profile.v1 import profile_pb2

from services.profile.connection.model import sealed_from_row
from services.profile.connection.vault import Vault
from tests.integration.linkedin.conftest import CLIENT_ID, CLIENT_SECRET
from tests.integration.profile.conftest import ProfileRoom, publish
from tests.support.replies import error_info
from tests.support.waiting import eventually


async def disconnect(profile: ProfileRoom, user_id: UUID) -> None:
    await profile.users.DisconnectLinkedIn(
        pb.DisconnectLinkedInRequest(), metadata=profile.room.as_user(user_id)
    )


async def revoke(profile: ProfileRoom, revocation_id: UUID) -> None:
    await profile.internal.RevokeLinkedInTokens(
        pb.RevokeLinkedInTokensRequest(revocation_id=str(revocation_id)),
        metadata=profile.room.as_service("workers"),
    )


async def tokens_of(profile: ProfileRoom, user_id: UUID) -> list[str]:
    row = await profile.row("linkedin_tokens")
    return Vault(profile.room.given.keys).tokens(user_id, sealed_from_row(row))


def is_active(profile: ProfileRoom, token: str) -> bool:
    form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "token": token}
    said = httpx.post(f"{profile.sandbox.url}/oauth/v2/introspectToken", data=form).json()
    return bool(said["active"])


async def test_nothing_is_sent_after_disconnecting_and_the_tokens_are_given_back(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.connected_user()
    tokens = await tokens_of(profile, user_id)

    await disconnect(profile, user_id)

    connection = await profile.connection(user_id)
    assert connection.state == profile_pb2.CONNECTION_STATE_DISCONNECTED
    assert not any(one.is_possible for one in connection.abilities)
    assert await profile.count("linkedin_tokens") == 0
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.execute(publish(user_id))
    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_NOT_CONNECTED"

    await revoke(profile, (await profile.row("linkedin_revocations"))["id"])

    assert [is_active(profile, token) for token in tokens] == [False, False]
    assert await profile.count("linkedin_revocations") == 0


async def test_what_linkedin_does_not_hear_is_kept_for_the_next_try(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    tokens = await tokens_of(profile, user_id)
    await disconnect(profile, user_id)
    revocation_id = (await profile.row("linkedin_revocations"))["id"]
    profile.sandbox.post("faults", kind="unavailable", operation="revoke.POST")

    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await revoke(profile, revocation_id)
    assert failed.value.code() is StatusCode.UNAVAILABLE

    for _ in range(2):  # the message may be delivered again after it was done
        await revoke(profile, revocation_id)
    assert not any(is_active(profile, token) for token in tokens)


async def test_disconnecting_twice_says_so(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    await disconnect(profile, user_id)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await disconnect(profile, user_id)

    assert refused.value.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_NOT_CONNECTED"


async def test_the_account_may_be_connected_by_another_user_afterwards(
    profile: ProfileRoom,
) -> None:
    first = await profile.connected_user(member="moves")
    await disconnect(profile, first)

    second = await profile.connected_user(member="moves")

    connection = await profile.connection(second)
    assert connection.state == profile_pb2.CONNECTION_STATE_CONNECTED


async def test_a_connection_says_what_it_can_do(profile: ProfileRoom) -> None:
    connection = await profile.connection(await profile.connected_user())

    abilities = {one.name: one for one in connection.abilities}
    assert abilities["post_write"].is_possible
    assert abilities["post_write"].description == "Publish, edit and delete your posts"
    assert not abilities["post_read"].is_possible
    assert list(abilities["post_read"].missing_scopes) == ["r_member_social"]
    assert abilities["post_read"].product == "Community Management API"
    assert abilities["message"].product == "an agreement with LinkedIn"


async def announced(profile: ProfileRoom, user_id: UUID) -> list[tuple[int, str]]:
    """What other services are told, by its number."""
    rows = await profile.room.admin.fetch(
        "SELECT (payload ->> 'announcement')::bigint AS number, topic FROM profile.outbox"
        " WHERE user_id = $1 AND payload ? 'announcement' ORDER BY number",
        user_id,
    )
    return [(row["number"], row["topic"]) for row in rows]


async def connect_again(profile: ProfileRoom, user_id: UUID, member: str) -> None:
    begun = await profile.begin(user_id, member=member)
    await profile.complete(begun, [("cookie", begun.cookie)])


async def test_announcements_are_numbered_as_they_happened(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user(member="ada")
    await connect_again(profile, user_id, "grace")  # what was known of ada goes
    await disconnect(profile, user_id)
    await connect_again(profile, user_id, "ada")

    told = await announced(profile, user_id)

    connected, disconnected = "linkedin_connected", "linkedin_disconnected"
    assert [topic for _, topic in told] == [connected, connected, disconnected, connected]
    assert len({number for number, _ in told}) == len(told)


async def test_disconnecting_waits_for_connecting_without_what_that_needs(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.connected_user()
    admin = profile.room.admin

    async def is_waiting() -> bool:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return bool(await admin.fetchval(f"{waiting} AND datname = current_database()"))

    async with admin.transaction():  # as one does that connects, who takes the tokens next
        await admin.execute("SELECT FROM profile.linkedin_profiles FOR UPDATE")
        leaving = asyncio.create_task(disconnect(profile, user_id))
        await eventually(is_waiting)
        await admin.execute("SELECT FROM profile.linkedin_tokens FOR UPDATE NOWAIT")
    await leaving

    *_, (_, topic) = await announced(profile, user_id)
    assert topic == "linkedin_disconnected"
