"""People with second factors: an authenticator app of another make, a telephone and a mailbox."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pyotp
import pytest
import pytest_asyncio
from inergize.auth.v1 import auth_mfa_pb2 as mfa
from inergize.auth.v1 import auth_pb2
from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth.__main__ import build
from services.kernel.config import SmsSettings
from services.kernel.outbox import Message
from tests.integration.auth.conftest import PASSWORD, People, bearer
from tests.support.rooms import RunningRoom

TOTP = auth_pb2.MFA_METHOD_KIND_TOTP
SMS = auth_pb2.MFA_METHOD_KIND_SMS
EMAIL = auth_pb2.MFA_METHOD_KIND_EMAIL
BACKUP = auth_pb2.MFA_METHOD_KIND_BACKUP_CODE
NUMBER = "+4915112345689"


@dataclass
class Member:
    """A signed-in person, and what they do about their second factors."""

    people: People
    email: str
    user_id: UUID
    tokens: auth_pb2.SessionTokens
    totp: pyotp.TOTP | None = None
    totp_id: str = ""

    @property
    def stub(self) -> Any:
        return self.people.stub

    @property
    def me(self) -> list[tuple[str, str]]:
        return bearer(self.tokens)

    async def enrol(self, kind: int, **fields: str) -> mfa.EnrollMfaResponse:
        request = mfa.EnrollMfaRequest(kind=kind, **fields)  # type: ignore[arg-type]
        reply: mfa.EnrollMfaResponse = await self.stub.EnrollMfa(request, metadata=self.me)
        return reply

    async def confirm(self, method_id: str, code: str) -> mfa.ConfirmMfaResponse:
        request = mfa.ConfirmMfaRequest(method_id=method_id, code=code)
        reply: mfa.ConfirmMfaResponse = await self.stub.ConfirmMfa(request, metadata=self.me)
        return reply

    async def add_totp(self) -> mfa.ConfirmMfaResponse:
        begun = await self.enrol(TOTP)
        app = pyotp.parse_uri(begun.otpauth_uri)
        assert isinstance(app, pyotp.TOTP)
        self.totp, self.totp_id = app, begun.method.method_id
        confirmed = await self.confirm(self.totp_id, app.now())
        await self.forget_steps()
        return confirmed

    async def add_sending(self, kind: int, **fields: str) -> mfa.ConfirmMfaResponse:
        begun = await self.enrol(kind, **fields)
        return await self.confirm(begun.method.method_id, await self.code())

    async def code(self) -> str:
        """The code that was sent last."""
        sent = [m for m in await self.sent() if m.payload["template"] == "mfa_code"]
        return sent[-1].secret

    async def sent(self) -> list[Message]:
        """Mails and SMS since the last look."""
        outbox = self.people.room.given.outbox
        claims = await outbox.claim(1_000, "test")
        found = [await outbox.get(claim.message_id, claim.fence) for claim in claims]
        return [message for message in found if message.topic in ("mail", "sms")]

    async def login(self) -> pb.LoginResponse:
        request = pb.LoginRequest(email=self.email, password=PASSWORD, device_name="Laptop")
        reply: pb.LoginResponse = await self.stub.Login(request)
        return reply

    async def challenge(self) -> str:
        """A new challenge of a sign-in."""
        return (await self.login()).mfa_challenge.challenge_token

    async def complete(
        self, token: str, kind: int, code: str, metadata: Any = ()
    ) -> mfa.CompleteMfaChallengeResponse:
        request = mfa.CompleteMfaChallengeRequest(
            challenge_token=token,
            method=kind,  # type: ignore[arg-type]
            code=code,
        )
        reply = await self.stub.CompleteMfaChallenge(request, metadata=list(metadata))
        assert isinstance(reply, mfa.CompleteMfaChallengeResponse)
        return reply

    async def resend(self, token: str, kind: int, metadata: Any = ()) -> auth_pb2.MfaChallenge:
        request = mfa.ResendMfaCodeRequest(challenge_token=token, method=kind)  # type: ignore[arg-type]
        reply = await self.stub.ResendMfaCode(request, metadata=list(metadata))
        assert isinstance(reply.challenge, auth_pb2.MfaChallenge)
        return reply.challenge

    async def forget_steps(self) -> None:
        """As if the present time step had not been used; half a minute spared."""
        await self.people.room.admin.execute(
            "UPDATE auth.user_mfa SET last_totp_step = NULL WHERE user_id = $1", self.user_id
        )

    def app_code(self) -> str:
        assert self.totp is not None
        return self.totp.now()


def wrong(code: str) -> str:
    """Another code of the same length."""
    return f"{(int(code) + 500_000) % 10 ** len(code):0{len(code)}d}"


def labels(uri: str) -> str:
    """Who and where, as an authenticator app shows them."""
    found = re.match(r"otpauth://totp/([^?]+)", uri)
    assert found
    return unquote(found[1])


@pytest_asyncio.fixture
async def room(start_room: Any) -> RunningRoom:
    running: RunningRoom = await start_room("auth", build, sms=SmsSettings(provider="twilio"))
    return running


@pytest.fixture
def make_member(people: People) -> Any:
    """A new signed-in person: `await make_member()`."""

    async def make() -> Member:
        email = people.new_email()
        user_id = await people.verified(email)
        return Member(people, email, user_id, await people.login(email))

    return make


@pytest_asyncio.fixture
async def member(make_member: Any) -> Member:
    made: Member = await make_member()
    return made
