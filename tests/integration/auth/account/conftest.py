"""Signed-in people who change, move, take home or end their accounts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from inergize.auth.v1 import auth_account_pb2 as pb
from inergize.auth.v1 import auth_pb2, auth_service_pb2

from services.kernel.outbox import Message
from tests.integration.auth.conftest import PASSWORD, People, bearer


@dataclass
class Owner:
    """A signed-in person; calls that refuse raise AioRpcError."""

    people: People
    email: str
    user_id: UUID
    tokens: auth_pb2.SessionTokens

    async def call(self, method: str, request: Any, tokens: Any = None) -> Any:
        behaviour = getattr(self.people.stub, method)
        return await behaviour(request, metadata=bearer(tokens or self.tokens))

    async def read(self) -> auth_pb2.User:
        reply = await self.call("GetCurrentUser", auth_service_pb2.GetCurrentUserRequest())
        user: auth_pb2.User = reply.user
        return user

    async def change_email(self, new_email: str) -> None:
        await self.call("ChangeEmail", pb.ChangeEmailRequest(new_email=new_email))

    async def confirm(self, token: str) -> bool:
        request = pb.ConfirmEmailChangeRequest(token=token)
        return bool((await self.call("ConfirmEmailChange", request)).is_changed)

    async def delete(self, etag: str = "") -> Any:
        return (await self.call("DeleteAccount", pb.DeleteAccountRequest(etag=etag))).erasure_time

    async def cancel_deletion(self) -> None:
        await self.call("CancelAccountDeletion", pb.CancelAccountDeletionRequest())

    async def export(self) -> auth_pb2.AccountExport:
        reply = await self.call("ExportAccountData", pb.ExportAccountDataRequest())
        export: auth_pb2.AccountExport = reply.account_export
        return export

    async def exported(self, export_id: str, wait_seconds: int = 0) -> auth_pb2.AccountExport:
        request = pb.GetAccountExportRequest(export_id=export_id)
        request.wait.FromSeconds(wait_seconds)
        export: auth_pb2.AccountExport = (
            await self.call("GetAccountExport", request)
        ).account_export
        return export

    async def another_session(self) -> auth_pb2.SessionTokens:
        return await self.people.login(self.email, PASSWORD)


MakeOwner = Callable[..., Awaitable[Owner]]


@pytest.fixture
def make_owner(people: People) -> MakeOwner:
    async def make() -> Owner:
        email = people.new_email()
        user_id = await people.verified(email)
        owner = Owner(people, email, user_id, await people.login(email))
        await people.messages()  # what came before is no matter here
        return owner

    return make


@pytest.fixture
async def owner(make_owner: MakeOwner) -> Owner:
    return await make_owner()


def mails(messages: list[Message]) -> dict[str, tuple[str, str]]:
    """Template to address and token."""
    return {m.payload["template"]: (m.payload["to"], m.secret) for m in messages}
