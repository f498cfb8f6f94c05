"""Servers whose every method behaves as a test wants, behind the real interceptors."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from pydantic import SecretStr

from services.kernel.callers import CallerCache
from services.kernel.config import AuthSettings, CryptoSettings, DatabaseSettings, Key, Settings
from services.kernel.contract import Method, methods
from services.kernel.credentials import Verifier
from services.kernel.crypto import Keys
from services.kernel.db import Database
from services.kernel.idempotency import IdempotencyKeys
from services.kernel.interceptors.chain import Parts, handler
from services.kernel.runtime import redis_client
from tests.support.contracts import services
from tests.support.identity import OpenSessions, mesh_settings, service_token
from tests.support.valkey import free_port

Behave = Callable[[Method, Any], Awaitable[Any]]
TARGET = "probe"
HASH_KEY = Key(id="h1", key=SecretStr("A" * 43 + "="))


@dataclass
class Probe:
    """A served copy of every service."""

    channel: grpc.aio.Channel
    sessions: OpenSessions
    mesh: Any

    def metadata(self, method: Method, user_id: Any) -> list[tuple[str, str]]:
        """Whoever may call the method."""
        if method.callers:
            caller = min(method.callers)
            token = service_token(caller, TARGET, self.mesh)
        else:
            token = self.sessions.sign_in(user_id, role="admin")
        return [("authorization", f"Bearer {token}")]

    def call(self, method: Method, request: Any, **options: Any) -> Any:
        """Begin a call of any method."""
        kind = self.channel.unary_stream if method.is_stream else self.channel.unary_unary
        rpc = kind(
            method.path,
            request_serializer=method.request_type.SerializeToString,
            response_deserializer=method.reply_type.FromString,
        )
        return rpc(request, **options)


@asynccontextmanager
async def probe(behave: Behave) -> AsyncIterator[Probe]:
    """Serve every contract: methods do `behave(method, request)`, streams between two replies."""
    mesh = mesh_settings()
    sessions = OpenSessions()
    settings = Settings(database=DatabaseSettings(), mesh=mesh)
    database = Database("postgresql://nobody@127.0.0.1:1/none", "probe", settings)
    client = redis_client(settings)
    parts = Parts(
        CallerCache(sessions, sessions, AuthSettings()),
        Verifier(TARGET, mesh.public_keys),
        IdempotencyKeys(database, client, Keys(CryptoSettings(hash_keys=(HASH_KEY,)))),
    )
    server = grpc.aio.server()
    for name in services():
        servicer = _servicer(name, behave)
        handlers = {method.name: handler(method, servicer, parts) for method in methods(name)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
    address = f"127.0.0.1:{free_port()}"
    server.add_insecure_port(address)
    await server.start()
    async with grpc.aio.insecure_channel(address) as channel:
        yield Probe(channel, sessions, mesh)
    await server.stop(0)
    await client.aclose()


def _servicer(name: str, behave: Behave) -> object:
    members = {method.name: _behaviour(method, behave) for method in methods(name)}
    return type("ProbeServicer", (), members)()


def _behaviour(method: Method, behave: Behave) -> Any:
    async def unary(self: object, request: Any, context: Any) -> Any:
        return await behave(method, request)

    async def streaming(self: object, request: Any, context: Any) -> AsyncIterator[Any]:
        yield method.reply_type()
        await behave(method, request)
        yield method.reply_type()

    return streaming if method.is_stream else unary
