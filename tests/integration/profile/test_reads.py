"""The connection and the profile, as their owner reads them."""

import grpc
import pytest
from grpc import StatusCode
from inergize.profile.v1 import profile_pb2
from inergize.profile.v1 import profile_service_pb2 as pb

from tests.integration.profile.conftest import ProfileRoom
from tests.support.replies import error_info


async def test_another_users_connection_is_not_shown(profile: ProfileRoom) -> None:
    await profile.connected_user()
    stranger = await profile.room.make_user()

    connection = await profile.connection(stranger)

    assert not any(one.is_possible for one in connection.abilities)
    connection.ClearField("abilities")
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
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_tokens SET expires_at = now(), refresh_token_ct = NULL,"
        " refresh_token_nonce = NULL"
    )

    connection = await profile.connection(user_id)

    assert connection.state == profile_pb2.CONNECTION_STATE_NEEDS_RECONNECT
    assert connection.reason == "EXPIRED_ACCESS_TOKEN"
