"""Serves a room over gRPC: handlers, health, reflection, and an orderly end."""

import asyncio
import gc
import signal
from contextlib import AsyncExitStack

import grpc
import structlog
import uvloop
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.kernel.callers import CallerCache
from services.kernel.config import ServerSettings, Settings
from services.kernel.contract import methods
from services.kernel.credentials import Verifier
from services.kernel.housekeeping import housekeeping
from services.kernel.http import HttpPort
from services.kernel.idempotency import IdempotencyKeys
from services.kernel.interceptors.chain import Parts, handler
from services.kernel.periodic import Periodic
from services.kernel.runtime import Build, Room, Runtime, runtime
from services.kernel.servicer import SERVICE as WORK
from services.kernel.servicer import WorkServicer
from services.kernel.sessions import RemoteKeys, RemoteSessions
from services.kernel.telemetry import configure_logging
from services.kernel.user_data import UserData

log = structlog.get_logger()

MOST_CONCURRENT_CALLS = 1_000
"""More are refused at once with RESOURCE_EXHAUSTED rather than queued past their deadlines."""

_OPTIONS = [
    ("grpc.so_reuseport", 0),  # a taken port is an error, not a second server
    ("grpc.max_receive_message_length", 4 << 20),
    ("grpc.max_metadata_size", 16 << 10),  # above the edge's limit, which refuses in our shape
    ("grpc.keepalive_time_ms", 300_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
]


class GrpcServer:
    """One service's gRPC port."""

    def __init__(self, room: Room, given: Runtime) -> None:
        """Compose the handlers. Raises ContractError or TypeError for a room that breaks a rule."""
        self._server = grpc.aio.server(
            options=_OPTIONS, maximum_concurrent_rpcs=MOST_CONCURRENT_CALLS
        )
        self._health = health.aio.HealthServicer()
        self._draining = given.draining
        self._names = self._add_services(room, given)
        self.is_serving = False

    def _add_services(self, room: Room, given: Runtime) -> list[str]:
        parts = Parts(
            callers=CallerCache(
                room.token_keys or RemoteKeys(given.mesh),
                room.sessions or RemoteSessions(given.redis, given.mesh),
                given.settings.auth,
            ),
            verifier=Verifier(given.name, given.settings.mesh.public_keys),
            keys=IdempotencyKeys(given.db, given.redis, given.keys),
        )
        periodic = Periodic(given.db, [*housekeeping(given.db), *room.periodic])
        user_data = UserData(given.db, room.user_data)
        servicers = {**room.servicers, WORK: WorkServicer(given.outbox, periodic, user_data)}
        for name, servicer in servicers.items():
            handlers = {found.name: handler(found, servicer, parts) for found in methods(name)}
            self._server.add_generic_rpc_handlers(
                (grpc.method_handlers_generic_handler(name, handlers),)
            )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = [*servicers, health.SERVICE_NAME]
        reflection.enable_server_reflection([*names, reflection.SERVICE_NAME], self._server)
        return names

    async def start(self, address: str) -> None:
        """Listen and say so. Raises RuntimeError when the address is taken."""
        self._server.add_insecure_port(address)
        await self._server.start()
        for name in ["", *self._names]:
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        self.is_serving = True

    async def stop(self, server: ServerSettings) -> None:
        """Say NOT_SERVING, wait until Envoy has noticed, let running calls finish, stop."""
        self.is_serving = False
        await self._health.enter_graceful_shutdown()
        await asyncio.sleep(server.drain_seconds)
        # Only now: a stream that ended sooner would be opened again on this very server.
        self._draining.set()
        await self._server.stop(server.grace_seconds)


def serve(rooms: dict[str, Build], settings: Settings) -> None:
    """Serve rooms from this process until SIGTERM or SIGINT, the first on `SERVER_PORT`."""
    configure_logging(settings.log, "+".join(rooms))
    uvloop.run(_serve(rooms, settings))


async def _serve(rooms: dict[str, Build], settings: Settings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        servers = [
            await _open_room(stack, name, build, settings, settings.server.port + index)
            for index, (name, build) in enumerate(rooms.items())
        ]
        http = HttpPort(lambda: all(server.is_serving for server in servers))
        await http.open(settings.server.host, settings.server.metrics_port)
        stack.push_async_callback(http.close)
        _calm_garbage_collection()
        log.info("serving", services=list(rooms), port=settings.server.port)
        await stopped.wait()
        log.info("draining")
        await asyncio.gather(*(server.stop(settings.server) for server in servers))


def _calm_garbage_collection() -> None:
    """Leave what start-up made alone, and look for cycles ten times less often.

    A call makes hundreds of short-lived objects, and with the default threshold every second call
    paid for a collection that found nothing: 8 % of the service's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


async def _open_room(
    stack: AsyncExitStack, name: str, build: Build, settings: Settings, port: int
) -> GrpcServer:
    given = await stack.enter_async_context(runtime(name, settings))
    room = build(given)
    for start in room.on_start:
        await start()
    for stop in room.on_stop:
        stack.push_async_callback(stop)
    server = GrpcServer(room, given)
    await server.start(f"{settings.server.host}:{port}")
    return server
