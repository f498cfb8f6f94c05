"""An Auth room, and people who register with it."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import grpc
import pytest
import pytest_asyncio
from inergize.auth.v1 import auth_pb2
from inergize.auth.v1 import auth_service_pb2 as pb
from inergize.auth.v1.auth_internal_service_pb2_grpc import AuthInternalServiceStub
from inergize.auth.v1.auth_service_pb2_grpc import AuthServiceStub

from services.auth.__main__ import build
from services.kernel.outbox import Message
from tests.support.rooms import RunningRoom

PASSWORD = "correct horse battery staple"
_numbers = count(1)


@dataclass
class People:
    """Registers, verifies and signs in as a client would."""

    room: RunningRoom
    stub: Any
    _seen: list[UUID] = field(default_factory=list)

    async def register(self, email: str = "", **fields: str) -> pb.RegisterResponse:
        request = pb.RegisterRequest(
            email=email or self.new_email(),
            **({"password": PASSWORD, "first_name": "Ada", "last_name": "Byron"} | fields),
        )
        reply: pb.RegisterResponse = await self.stub.Register(request)
        return reply

    def new_email(self) -> str:
        return f"person{next(_numbers)}@example.com"

    async def messages(self, topic: str = "mail") -> list[Message]:
        """What has been announced since the last look, as a worker would fetch it."""
        outbox = self.room.given.outbox
        claims = await outbox.claim(1_000, "test")
        found = [await outbox.get(claim.message_id, claim.fence) for claim in claims]
        return [message for message in found if message.topic == topic]

    async def mailed_token(self, template: str = "verify_email") -> str:
        mails = [m for m in await self.messages() if m.payload["template"] == template]
        assert len(mails) == 1, mails
        return mails[0].secret

    async def verified(self, email: str) -> UUID:
        """Register and verify."""
        await self.register(email)
        reply = await self.stub.VerifyEmail(pb.VerifyEmailRequest(token=await self.mailed_token()))
        return UUID(reply.user_id)

    async def login(self, email: str, password: str = PASSWORD) -> auth_pb2.SessionTokens:
        reply = await self.stub.Login(pb.LoginRequest(email=email, password=password))
        tokens: auth_pb2.SessionTokens = reply.tokens
        return tokens

    async def signed_in(self) -> auth_pb2.SessionTokens:
        """A new person's first session."""
        email = self.new_email()
        await self.verified(email)
        return await self.login(email)

    async def refresh(self, refresh_token: str) -> auth_pb2.SessionTokens:
        request = pb.RefreshSessionRequest(refresh_token=refresh_token)
        tokens: auth_pb2.SessionTokens = (await self.stub.RefreshSession(request)).tokens
        return tokens


def bearer(tokens: auth_pb2.SessionTokens) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {tokens.access_token}")]


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    """The error that a call ends with."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value


@pytest_asyncio.fixture
async def room(start_room: Any) -> RunningRoom:
    running: RunningRoom = await start_room("auth", build)
    return running


@pytest.fixture
def stub(room: RunningRoom) -> AuthServiceStub:
    return AuthServiceStub(room.channel)


@pytest.fixture
def internal(room: RunningRoom) -> AuthInternalServiceStub:
    return AuthInternalServiceStub(room.channel)


@pytest.fixture
def people(room: RunningRoom, stub: Any) -> People:
    return People(room, stub)
