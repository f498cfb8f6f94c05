"""Owners of webhooks, receivers on real sockets, and the worker's courier between them."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from inergize.profile.v1 import profile_webhooks_pb2 as pb
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub
from inergize.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from services.kernel.clients import Mesh
from services.kernel.config import EgressSettings
from services.kernel.public_http import PublicHttp
from services.profile.__main__ import build
from services.profile.webhooks.event_types import EVENTS
from services.profile.webhooks.events import EventType, emit
from tests.support.entitled import Entitled, entitling
from tests.support.identity import mesh_settings
from tests.support.receivers import Receiver, receiving
from tests.support.rooms import RunningRoom
from tests.support.waiting import eventually
from workers.webhooks.courier import Courier

LOOPBACK = EgressSettings(trusted_networks=("127.0.0.0/8",))
PUBLISHED = EventType.CONTENT_PUBLISHED


@dataclass
class Owner:
    """A signed-in user of a Profile room."""

    room: RunningRoom
    user_id: UUID

    def __post_init__(self) -> None:
        self.stub: Any = ProfileServiceStub(self.room.channel)
        self.metadata = self.room.as_user(self.user_id)

    async def call(self, method: str, **fields: Any) -> Any:
        """Call a method, such as `GetWebhook`."""
        request = getattr(pb, f"{method}Request")(**fields)
        return await getattr(self.stub, method)(request, metadata=self.metadata)

    async def hook(self, url: str, *event_types: str) -> pb.CreateWebhookResponse:
        wanted = event_types or (PUBLISHED.value,)
        reply: pb.CreateWebhookResponse = await self.call(
            "CreateWebhook", url=url, event_types=wanted
        )
        return reply

    async def happens(
        self, event_type: EventType = PUBLISHED, *, times: int = 1, dedupe_key: str = ""
    ) -> None:
        """Something happens to the user."""
        async with self.room.given.db.transaction() as tx:
            for _ in range(times):
                key = dedupe_key or secrets.token_hex(8)
                await emit(tx, self.user_id, event_type, EVENTS[event_type].example, key)

    async def deliveries(self, webhook_id: str, **fields: Any) -> list[pb.WebhookDelivery]:
        reply = await self.call("ListWebhookDeliveries", webhook_id=webhook_id, **fields)
        return list(reply.deliveries)

    async def delivery(self, webhook_id: str) -> pb.WebhookDelivery:
        """The only one."""
        (only,) = await self.deliveries(webhook_id)
        return only

    async def until(self, webhook_id: str, **fields: Any) -> pb.WebhookDelivery:
        """The only delivery, once it has these values."""

        async def look() -> pb.WebhookDelivery | None:
            found = await self.delivery(webhook_id)
            is_so = all(getattr(found, name) == value for name, value in fields.items())
            return found if is_so else None

        found = await eventually(look)
        assert found is not None
        return found

    async def due_now(self, *, tries_so_far: int | None = None) -> None:
        """Time passes until the next try of the only delivery, and of some before it."""

        async def moved() -> bool:
            return bool(
                await self.room.admin.fetchval(
                    "UPDATE profile.webhook_deliveries"
                    " SET next_attempt_at = now(), attempt = coalesce($1, attempt)"
                    " WHERE state = 'pending' AND lease_until IS NULL RETURNING true",
                    tries_so_far,
                )
            )

        await eventually(moved)


MakeOwner = Callable[[], Awaitable[Owner]]


@asynccontextmanager
async def courier_of(
    room: RunningRoom, egress: EgressSettings = LOOPBACK
) -> AsyncIterator[Courier]:
    """A worker's courier at work, calling over the wire."""
    mesh = Mesh("workers", room.given.settings.mesh.model_copy(update={"address": room.address}))
    courier = Courier(ProfileInternalServiceStub(mesh.channel("profile")), PublicHttp(egress))
    courier.start()
    try:
        yield courier
    finally:
        await courier.stop()
        await mesh.close()


@pytest_asyncio.fixture
async def entitled() -> AsyncIterator[Entitled]:
    async with entitling() as granting:
        yield granting


@pytest_asyncio.fixture
async def room(start_room: Any, entitled: Entitled) -> RunningRoom:
    mesh = mesh_settings(entitled.address)
    running: RunningRoom = await start_room("profile", build, mesh=mesh, egress=LOOPBACK)
    return running


@pytest.fixture
def make_owner(room: RunningRoom) -> MakeOwner:
    async def make() -> Owner:
        return Owner(room, await room.make_user())

    return make


@pytest_asyncio.fixture
async def owner(make_owner: MakeOwner) -> Owner:
    return await make_owner()


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


@pytest_asyncio.fixture
async def courier(room: RunningRoom) -> AsyncIterator[Courier]:
    async with courier_of(room) as running:
        yield running
