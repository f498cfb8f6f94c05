"""Workers learn where a user is written to, and that somebody is not to be."""

from typing import Any

import grpc
import pytest
from inergize.auth.v1 import auth_internal_service_pb2 as pb
from inergize.auth.v1.auth_internal_service_pb2_grpc import AuthInternalServiceStub

from services.auth.__main__ import build
from tests.support.replies import error_info


async def test_only_whoever_may_be_written_to_has_a_contact(start_room: Any) -> None:
    room = await start_room("auth", build)
    stub: Any = AuthInternalServiceStub(room.channel)

    async def contact(**columns: object) -> pb.GetContactResponse:
        user_id = await room.make_user(**columns)
        request = pb.GetContactRequest(user_id=str(user_id))
        reply: pb.GetContactResponse = await stub.GetContact(
            request, metadata=room.as_service("workers")
        )
        return reply

    found = await contact(
        email="ada@example.com", is_verified=True, timezone="Asia/Tokyo", language="de"
    )
    assert (found.email, found.time_zone, found.language) == ("ada@example.com", "Asia/Tokyo", "de")
    for columns in ({"is_verified": False}, {"is_verified": True, "is_active": False}):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await contact(**columns)
        assert error_info(refused.value).reason == "ERROR_REASON_USER_NOT_FOUND"
