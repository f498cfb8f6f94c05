"""A room served for real, in the test's own loop: PostgreSQL, Valkey and gRPC are the real ones."""

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
import grpc

from services.kernel.config import (
    CryptoSettings,
    DatabaseSettings,
    Key,
    RedisSettings,
    Settings,
)
from services.kernel.runtime import Build, Runtime, runtime
from services.kernel.server import GrpcServer
from tests.integration.migrations.server import Server
from tests.support.databases import PASSWORDS, insert_user
from tests.support.identity import OpenSessions, mesh_settings, service_token
from tests.support.valkey import free_port


@dataclass
class RunningRoom:
    """A served room and its callers."""

    name: str
    given: Runtime
    sessions: OpenSessions
    admin: asyncpg.Connection
    """Superuser, for looking and for moving rows in time."""
    channel: grpc.aio.Channel
    address: str

    async def make_user(self, **columns: object) -> UUID:
        return await insert_user(self.admin, **columns)

    def as_user(self, user_id: UUID, **facts: object) -> list[tuple[str, str]]:
        """Metadata of a signed-in user."""
        return [("authorization", f"Bearer {self.sessions.sign_in(user_id, **facts)}")]

    def as_service(self, caller: str) -> list[tuple[str, str]]:
        """Metadata of another process of ours, such as `workers`."""
        token = service_token(caller, self.name, self.given.settings.mesh)
        return [("authorization", f"Bearer {token}")]


def room_settings(server: Server, database: str, redis_url: str, **groups: Any) -> Settings:
    """Settings of a service on the test's own servers; groups replace or add to them."""
    defaults: dict[str, Any] = {
        "database": DatabaseSettings(
            url=server.password_dsn(database, "inergize_migrator", PASSWORDS["migrator"]),  # type: ignore[arg-type]
            passwords=PASSWORDS,  # type: ignore[arg-type]
        ),
        "redis": RedisSettings(url=redis_url),  # type: ignore[arg-type]
        "mesh": mesh_settings(),
        "crypto": CryptoSettings(
            encryption_keys=(_key("e1"),), hash_keys=(_key("h1"),), audit_keys=(_key("a1"),)
        ),
    }
    return Settings(**(defaults | groups))


@asynccontextmanager
async def running_room(
    name: str, build: Build, settings: Settings, admin: asyncpg.Connection
) -> AsyncIterator[RunningRoom]:
    """Serve one room on a free port. Auth keeps its own sessions, the others get the test's."""
    sessions = OpenSessions()
    async with runtime(name, settings) as given:
        room = build(given)
        if room.sessions is None:
            room = replace(room, sessions=sessions, token_keys=sessions)
        for start in room.on_start:
            await start()
        server = GrpcServer(room, given)
        address = f"127.0.0.1:{free_port()}"
        await server.start(address)
        async with grpc.aio.insecure_channel(address) as channel:
            yield RunningRoom(name, given, sessions, admin, channel, address)
        await server.stop(settings.server.model_copy(update={"drain_seconds": 0}))
        for stop in room.on_stop:
            await stop()


def _key(key_id: str) -> Key:
    return Key(id=key_id, key=base64.b64encode(os.urandom(32)).decode())  # type: ignore[arg-type]
