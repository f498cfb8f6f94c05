"""People who forget their passwords, or think of better ones."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from inergize.auth.v1 import auth_passwords_pb2 as pb
from inergize.auth.v1 import auth_pb2

from tests.integration.auth.conftest import PASSWORD, People, bearer

BETTER = "a far better passphrase than before"


@dataclass
class Forgetful:
    """Asks for and sets new passwords as a client would."""

    people: People

    async def ask(self, email: str, address: str = "") -> None:
        metadata = [("x-inergize-client-address", address)] if address else []
        request = pb.RequestPasswordResetRequest(email=email)
        await self.people.stub.RequestPasswordReset(request, metadata=metadata)

    async def token(self, email: str) -> str:
        """Ask, and read the mail."""
        await self.ask(email)
        return await self.people.mailed_token("reset_password")

    async def reset(self, token: str, password: str = BETTER) -> None:
        request = pb.ResetPasswordRequest(token=token, new_password=password)
        await self.people.stub.ResetPassword(request)

    async def change(
        self, tokens: auth_pb2.SessionTokens, current: str = PASSWORD, new: str = BETTER
    ) -> None:
        request = pb.ChangePasswordRequest(current_password=current, new_password=new)
        await self.people.stub.ChangePassword(request, metadata=bearer(tokens))

    async def templates(self) -> list[str]:
        """What has been mailed since the last look."""
        return [str(mail.payload["template"]) for mail in await self.people.messages()]

    async def person(self) -> str:
        """A verified person's address."""
        email = self.people.new_email()
        await self.people.verified(email)
        return email

    async def row(self, email: str) -> Any:
        return await self.people.room.admin.fetchrow(
            "SELECT id, is_verified, password_hash, password_changed_at, tokens_valid_after"
            "  FROM auth.users WHERE lower(email) = lower($1)",
            email,
        )

    async def live_sessions(self, email: str) -> set[UUID]:
        rows = await self.people.room.admin.fetch(
            "SELECT s.id FROM auth.user_sessions AS s JOIN auth.users AS u ON u.id = s.user_id"
            " WHERE u.email = $1 AND s.revoked_at IS NULL",
            email,
        )
        return {row["id"] for row in rows}


@pytest.fixture
def forgetful(people: People) -> Forgetful:
    return Forgetful(people)
