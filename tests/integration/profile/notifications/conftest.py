"""Somebody who is told things, and those who tell."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from inergize.profile.v1 import profile_notifications_pb2 as pb
from inergize.profile.v1 import profile_preferences_pb2 as preferences_pb
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub
from inergize.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from services.profile.__main__ import build
from tests.support.rooms import RunningRoom


@dataclass
class Reader:
    """A signed-in user of a Profile room."""

    room: RunningRoom
    user_id: UUID

    def __post_init__(self) -> None:
        self.stub: Any = ProfileServiceStub(self.room.channel)
        self.internal: Any = ProfileInternalServiceStub(self.room.channel)
        self.metadata = self.room.as_user(self.user_id)

    async def list(self, **fields: Any) -> pb.ListNotificationsResponse:
        request = pb.ListNotificationsRequest(**fields)
        reply: pb.ListNotificationsResponse = await self.stub.ListNotifications(
            request, metadata=self.metadata
        )
        return reply

    async def mark(self, *ids: str, **fields: Any) -> pb.MarkNotificationsReadResponse:
        request = pb.MarkNotificationsReadRequest(notification_ids=ids, **fields)
        reply: pb.MarkNotificationsReadResponse = await self.stub.MarkNotificationsRead(
            request, metadata=self.metadata
        )
        return reply

    async def mute(self, *kinds: str) -> None:
        """Do without some kinds of notifications, and no others."""
        request = preferences_pb.UpdatePreferencesRequest(
            preferences=preferences_pb.PreferencesChange(muted_notification_kinds=kinds),
            update_mask=FieldMask(paths=["muted_notification_kinds"]),
        )
        await self.stub.UpdatePreferences(request, metadata=self.metadata)

    def watch(self, **options: Any) -> Any:
        request = pb.WatchNotificationsRequest()
        return self.stub.WatchNotifications(request, metadata=self.metadata, **options)

    async def told(self, kind: str = "account_paused", **fields: Any) -> None:
        """A service tells the user something, new unless a dedupe key says otherwise."""
        given = {
            "user_id": str(self.user_id),
            "kind": kind,
            "dedupe_key": secrets.token_hex(8),
            "data": {"reason": "a test", "action": "a like", "title": "Hello"},
        }
        await self.internal.Notify(
            pb.NotifyRequest(**given | fields), metadata=self.room.as_service("workers")
        )


MakeReader = Callable[[], Awaitable[Reader]]


@pytest_asyncio.fixture
async def room(start_room: Any) -> RunningRoom:
    running: RunningRoom = await start_room("profile", build)
    return running


@pytest.fixture
def make_reader(room: RunningRoom) -> MakeReader:
    async def make() -> Reader:
        return Reader(room, await room.make_user())

    return make


@pytest_asyncio.fixture
async def reader(make_reader: MakeReader) -> Reader:
    return await make_reader()
