"""Administrators, and calls they make."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from inergize.auth.v1 import auth_admin_service_pb2 as pb
from inergize.auth.v1 import auth_service_pb2
from inergize.auth.v1.auth_admin_service_pb2_grpc import AuthAdminServiceStub

from tests.integration.auth.conftest import People, bearer

Metadata = list[tuple[str, str]]


@dataclass
class Admin:
    """A signed-in administrator."""

    user_id: UUID
    email: str
    metadata: Metadata
    stub: Any

    async def list(self, **fields: Any) -> pb.ListUsersResponse:
        request = pb.ListUsersRequest(**fields)
        reply: pb.ListUsersResponse = await self.stub.ListUsers(request, metadata=self.metadata)
        return reply

    async def get(self, user_id: UUID) -> pb.ManagedUser:
        request = pb.GetUserRequest(user_id=str(user_id))
        found: pb.ManagedUser = (await self.stub.GetUser(request, metadata=self.metadata)).user
        return found

    async def suspend(self, user_id: UUID, reason: str = "spam") -> pb.ManagedUser:
        request = pb.SuspendUserRequest(user_id=str(user_id), reason=reason)
        found: pb.ManagedUser = (await self.stub.SuspendUser(request, metadata=self.metadata)).user
        return found

    async def reinstate(self, user_id: UUID, reason: str = "a mistake") -> pb.ManagedUser:
        request = pb.ReinstateUserRequest(user_id=str(user_id), reason=reason)
        reply = await self.stub.ReinstateUser(request, metadata=self.metadata)
        found: pb.ManagedUser = reply.user
        return found

    async def set_subscription(self, user_id: UUID, **fields: Any) -> pb.ManagedUser:
        request = pb.SetSubscriptionRequest(user_id=str(user_id), **fields)
        reply = await self.stub.SetSubscription(request, metadata=self.metadata)
        found: pb.ManagedUser = reply.user
        return found

    async def events(self, **fields: Any) -> pb.AuthAdminServiceListAuditEventsResponse:
        request = pb.AuthAdminServiceListAuditEventsRequest(**fields)
        reply: pb.AuthAdminServiceListAuditEventsResponse = await self.stub.ListAuditEvents(
            request, metadata=self.metadata
        )
        return reply

    async def verify(self, **fields: Any) -> pb.VerifyAuditChainResponse:
        request = pb.VerifyAuditChainRequest(**fields)
        reply: pb.VerifyAuditChainResponse = await self.stub.VerifyAuditChain(
            request, metadata=self.metadata
        )
        return reply


async def make_admin(people: People) -> Admin:
    """A verified account with the role of administrator, signed in."""
    email = people.new_email()
    user_id = await people.verified(email)
    await people.room.admin.execute("UPDATE auth.users SET role = 'admin' WHERE id = $1", user_id)
    tokens = await people.login(email)
    return Admin(user_id, email, bearer(tokens), AuthAdminServiceStub(people.room.channel))


async def current_user(people: People, metadata: Metadata) -> Any:
    reply = await people.stub.GetCurrentUser(
        auth_service_pb2.GetCurrentUserRequest(), metadata=metadata
    )
    return reply.user
