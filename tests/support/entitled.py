"""Auth as the other rooms meet it over the mesh, as far as entitlements go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import grpc
from inergize.auth.v1 import auth_internal_service_pb2 as pb
from inergize.auth.v1 import auth_pb2

from tests.support.valkey import free_port

SERVICE = "inergize.auth.v1.AuthInternalService"
ENOUGH = 1_000_000


@dataclass
class Entitled:
    """Grants what it is told to, and plenty to anybody else."""

    address: str
    limits: dict[UUID, dict[str, int]] = field(default_factory=dict)
    asked: list[UUID] = field(default_factory=list)
    status: grpc.StatusCode | None = None
    """What it refuses with, when it does."""

    async def GetUserEntitlements(
        self,
        request: pb.GetUserEntitlementsRequest,
        context: grpc.aio.ServicerContext[
            pb.GetUserEntitlementsRequest, pb.GetUserEntitlementsResponse
        ],
    ) -> pb.GetUserEntitlementsResponse:
        user_id = UUID(request.user_id)
        self.asked.append(user_id)
        if self.status is not None:
            await context.abort(self.status, "no")
        limits = {"scheduled_posts": ENOUGH, "webhooks": ENOUGH} | self.limits.get(user_id, {})
        return pb.GetUserEntitlementsResponse(entitlements=auth_pb2.Entitlements(limits=limits))


@asynccontextmanager
async def entitling() -> AsyncIterator[Entitled]:
    """Serve it on a free port."""
    server = grpc.aio.server()
    granting = Entitled(f"127.0.0.1:{free_port()}")
    handler = grpc.unary_unary_rpc_method_handler(
        granting.GetUserEntitlements,
        request_deserializer=pb.GetUserEntitlementsRequest.FromString,
        response_serializer=pb.GetUserEntitlementsResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(SERVICE, {"GetUserEntitlements": handler}),)
    )
    server.add_insecure_port(granting.address)
    await server.start()
    try:
        yield granting
    finally:
        await server.stop(0)
