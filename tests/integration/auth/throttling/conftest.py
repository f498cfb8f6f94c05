"""People who sign in from somewhere, and time that passes at once."""

from dataclasses import dataclass
from typing import Any

import asyncpg
import grpc
import pytest
from inergize.auth.v1 import auth_service_pb2 as pb

from tests.integration.auth.conftest import PASSWORD, People
from tests.support.replies import error_info

HOME = "198.51.100.7"
SOMEWHERE = "192.0.2.9"
WRONG = "not the password at all"


@dataclass
class Visitors:
    """Signs in as a client somewhere would; answers are replies or reasons."""

    people: People

    async def login(
        self, email: str, password: str = PASSWORD, *, address: str = HOME, device_token: str = ""
    ) -> Any:
        request = pb.LoginRequest(email=email, password=password, device_token=device_token)
        metadata = [("x-inergize-client-address", address)]
        try:
            return await self.people.stub.Login(request, metadata=metadata)
        except grpc.aio.AioRpcError as refused:
            return error_info(refused).reason.removeprefix("ERROR_REASON_")

    async def fail(self, email: str, times: int, *, address: str = SOMEWHERE, **more: str) -> Any:
        """Wrong passwords, each as soon as it is let through; returns the last answer."""
        answer: Any = None
        for _ in range(times):
            await self.wait_out()
            answer = await self.login(email, WRONG, address=address, **more)
            assert answer == "CREDENTIALS_INVALID"
        return answer

    async def wait_out(self) -> None:
        """Let every delay and lock pass, and nothing else."""
        await self.admin.execute(
            "UPDATE auth.login_throttles SET blocked_until = now() WHERE blocked_until > now()"
        )

    async def pass_time(self, interval: str) -> None:
        await self.admin.execute(
            "UPDATE auth.login_throttles SET counted_at = counted_at - $1::text::interval,"
            " blocked_until = blocked_until - $1::text::interval,"
            " told_at = told_at - $1::text::interval",
            interval,
        )

    async def count(self, kind: str) -> Any:
        return await self.admin.fetchrow(
            "SELECT failures, extract(epoch FROM blocked_until - now())::float8 AS wait"
            "  FROM auth.login_throttles WHERE kind = $1",
            kind,
        )

    @property
    def admin(self) -> asyncpg.Connection:
        return self.people.room.admin


@pytest.fixture
def visitors(people: People) -> Visitors:
    return Visitors(people)


def token_of(reply: pb.LoginResponse | str) -> str:
    """The device token of a sign-in that worked."""
    assert isinstance(reply, pb.LoginResponse), reply
    assert reply.tokens.access_token
    return reply.device_token
