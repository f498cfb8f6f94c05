"""What a room is given to stand on, and what it gives back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import redis.asyncio as redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from services.kernel.callers import KeySource, SessionSource
from services.kernel.clients import Mesh
from services.kernel.config import Settings
from services.kernel.crypto import Keys
from services.kernel.db import Database, service_dsn
from services.kernel.doorbell import Doorbell
from services.kernel.outbox import Outbox
from services.kernel.periodic import PeriodicJob
from services.kernel.user_data import UserDataExtras

REDIS_TIMEOUT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts every service has."""

    name: str
    settings: Settings
    db: Database
    redis: redis.Redis
    keys: Keys
    mesh: Mesh
    doorbell: Doorbell
    outbox: Outbox
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when running calls must come to an end: streams say goodbye, clients call again."""


@dataclass(frozen=True, slots=True)
class Room:
    """What one service serves."""

    servicers: Mapping[str, object | tuple[object, ...]]
    """Full service name to servicer: `{"inergize.content.v1.ContentService": ...}`.

    Several may share a service; then each method is found on exactly one of them.
    """
    periodic: Sequence[PeriodicJob] = ()
    sessions: SessionSource | None = None
    """Auth's own; the others ask Auth."""
    token_keys: KeySource | None = None
    """Auth's own; the others ask Auth."""
    user_data: UserDataExtras = field(default_factory=UserDataExtras)
    """What the room holds about its users beside its own tables."""
    on_start: Sequence[Callable[[], Awaitable[None]]] = field(default=())
    """Run before the first call."""
    on_stop: Sequence[Callable[[], Awaitable[None]]] = field(default=())
    """Run after the last call."""


Build = Callable[[Runtime], Room]


@asynccontextmanager
async def runtime(name: str, settings: Settings) -> AsyncIterator[Runtime]:
    """Open a service's pools and clients, and close them again."""
    async with AsyncExitStack() as stack:
        db = Database(service_dsn(settings, name), name, settings)
        await db.open()
        stack.push_async_callback(db.close)
        client = redis_client(settings)
        stack.push_async_callback(client.aclose)
        mesh = Mesh(name, settings.mesh)
        stack.push_async_callback(mesh.close)
        keys = Keys(settings.crypto)
        doorbell = Doorbell(client, name)
        yield Runtime(name, settings, db, client, keys, mesh, doorbell, Outbox(db, keys, doorbell))


def redis_client(settings: Settings) -> redis.Redis:
    """A client of REDIS_URL that gives up quickly: what it holds can be found elsewhere."""
    return redis.Redis.from_url(
        settings.redis.url.get_secret_value(),
        decode_responses=True,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=0.1, base=0.01), retries=1),
        retry_on_error=[ConnectionError],
    )
