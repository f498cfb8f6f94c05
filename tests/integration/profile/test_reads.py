"""Preferences, the connection and the profile, as their owner reads them."""

from uuid import UUID, uuid4

import grpc
import pytest
from grpc import StatusCode
from inergize.profile.v1 import profile_internal_service_pb2 as internal
from inergize.profile.v1 import profile_pb2
from inergize.profile.v1 import profile_service_pb2 as pb

from tests.integration.profile.conftest import ProfileRoom
from tests.support.replies import error_info


async def _preferences(profile: ProfileRoom, user_id: UUID) -> profile_pb2.Preferences:
    reply = await profile.users.GetPreferences(
        pb.GetPreferencesRequest(), metadata=profile.room.as_user(user_id)
    )
    return reply.preferences


async def _initialize(profile: ProfileRoom, user_id: UUID) -> None:
    await profile.internal.InitializeUser(
        internal.InitializeUserRequest(user_id=str(user_id)),
        metadata=profile.room.as_service("workers"),
    )


async def test_a_new_user_reads_the_defaults_before_and_after_initialization(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.room.make_user()
    before = await _preferences(profile, user_id)

    await _initialize(profile, user_id)

    assert await profile.count("user_preferences") == 1
    assert await _preferences(profile, user_id) == before
    assert before.privacy_level == profile_pb2.PRIVACY_LEVEL_STANDARD
    assert before.is_ai_enabled
    assert not before.is_automation_enabled
    assert not before.has_benchmark_consent


async def test_initializing_again_keeps_what_the_user_chose(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    await _initialize(profile, user_id)
    await profile.room.admin.execute(
        "UPDATE profile.user_preferences SET automation_enabled = true"
    )

    await _initialize(profile, user_id)

    assert (await _preferences(profile, user_id)).is_automation_enabled


async def test_initializing_a_user_who_does_not_exist_says_so(profile: ProfileRoom) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _initialize(profile, uuid4())

    assert refused.value.code() is StatusCode.NOT_FOUND
    assert error_info(refused.value).reason == "ERROR_REASON_USER_NOT_FOUND"


async def test_another_users_connection_is_not_shown(profile: ProfileRoom) -> None:
    await profile.connected_user()
    stranger = await profile.room.make_user()

    connection = await profile.connection(stranger)

    assert connection == profile_pb2.LinkedInConnection(
        state=profile_pb2.CONNECTION_STATE_DISCONNECTED
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.users.GetLinkedInProfile(
            pb.GetLinkedInProfileRequest(), metadata=profile.room.as_user(stranger)
        )
    assert refused.value.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_NOT_CONNECTED"


async def test_an_expired_token_asks_to_connect_again(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    await profile.room.admin.execute("UPDATE profile.linkedin_tokens SET expires_at = now()")

    connection = await profile.connection(user_id)

    assert connection.state == profile_pb2.CONNECTION_STATE_NEEDS_RECONNECT
    assert connection.reason == "EXPIRED_ACCESS_TOKEN"
