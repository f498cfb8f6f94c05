"""Stands behind Envoy: all six services on real gRPC servers, with a few telling answers.

Run as `python -m tests.acceptance.edge.backend DATA_DIR SLOT PUBLIC_KEY`. Every method answers an
empty reply, except those below. Tests stop it by SIGTERM, which drains as services do.
"""

import asyncio
import base64
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
from google.api.httpbody_pb2 import HttpBody
from google.protobuf.any_pb2 import Any as Packed
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status.rpc_status import to_status
from inergize.auth.v1 import auth_pb2, auth_service_pb2
from inergize.content.v1 import content_pb2, content_service_pb2
from inergize.profile.v1 import profile_notification_mails_pb2, profile_service_pb2

from services.kernel.contract import Method
from stack.mesh_contract import mesh_operations
from stack.names import SERVICES
from stack.topology import Topology

DRAIN_SECONDS = 1.2
Context = grpc.aio.ServicerContext[Any, Any]
_once: set[str] = set()


async def get_current_user(request: Any, context: Context) -> Any:
    """What the service was told about the call, as JSON in the user's name."""
    metadata = {str(key): str(value) for key, value in context.invocation_metadata() or ()}
    reply = auth_service_pb2.GetCurrentUserResponse
    return reply(user=auth_pb2.User(first_name=json.dumps(metadata)))


async def get_jwks(request: Any, context: Context) -> Any:
    """The key that the tests sign with."""
    names = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig"}
    key = auth_pb2.Jwk(x=sys.argv[3], kid="test", **names)
    return auth_service_pb2.GetJwksResponse(keys=[key])


async def get_linkedin_profile(request: Any, context: Context) -> Any:
    """Takes longer than it may."""
    await asyncio.sleep(30)
    return profile_service_pb2.GetLinkedInProfileResponse()


async def get_preferences(request: Any, context: Context) -> Any:
    """Fails the first time, as a service does that loses its database for a moment."""
    await _fail_first("preferences", context)
    return profile_service_pb2.GetPreferencesResponse()


async def create_content(request: Any, context: Context) -> Any:
    """Fails the first time; a repeat would make a second draft."""
    await _fail_first("content", context)
    return content_service_pb2.CreateContentResponse()


async def get_content(request: Any, context: Context) -> Any:
    """There is no content."""
    detail = Packed()
    detail.Pack(ErrorInfo(reason="ERROR_REASON_CONTENT_NOT_FOUND", domain="inergize"))
    await context.abort_with_status(
        to_status(Status(code=5, message="no such content", details=[detail]))
    )


async def list_content(request: Any, context: Context) -> Any:
    """As many KiB as `page_token` says."""
    size = int(request.page_token or "0") * 1024
    content = content_pb2.Content(title="x" * size)
    return content_service_pb2.ListContentResponse(contents=[content])


async def unsubscribe(request: Any, context: Context) -> Any:
    """A page with what was posted, and how."""
    form = request.form
    page = HttpBody(content_type="text/plain", data=form.content_type.encode() + b" " + form.data)
    return profile_notification_mails_pb2.UnsubscribeResponse(page=page)


ANSWERS: dict[str, Callable[[Any, Context], Awaitable[Any]]] = {
    "GetCurrentUser": get_current_user,
    "GetJwks": get_jwks,
    "GetLinkedInProfile": get_linkedin_profile,
    "GetPreferences": get_preferences,
    "CreateContent": create_content,
    "GetContent": get_content,
    "ListContent": list_content,
    "Unsubscribe": unsubscribe,
}


async def _fail_first(name: str, context: Context) -> None:
    if name not in _once:
        _once.add(name)
        await context.abort(grpc.StatusCode.UNAVAILABLE, "once")


def handler(method: Method) -> Any:
    """Answers one method."""

    async def unary(request: Any, context: Context) -> Any:
        if method.name in ANSWERS:
            return await ANSWERS[method.name](request, context)
        return method.reply_type()

    async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
        yield method.reply_type()
        yield method.reply_type(is_last=True)

    codec = {
        "request_deserializer": method.request_type.FromString,
        "response_serializer": method.reply_type.SerializeToString,
    }
    if method.is_stream:
        return grpc.unary_stream_rpc_method_handler(stream, **codec)  # type: ignore[arg-type]
    return grpc.unary_unary_rpc_method_handler(unary, **codec)  # type: ignore[arg-type]


async def start(service: str, port: int) -> tuple[grpc.aio.Server, health.aio.HealthServicer]:
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    by_service: dict[str, dict[str, Any]] = {}
    for operation in mesh_operations(service):
        methods = by_service.setdefault(operation.service, {})
        methods[operation.method.name] = handler(operation.method)
    for name, methods in by_service.items():
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, methods),))
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    return server, servicer


async def main(data_dir: Path, slot: str) -> None:
    topology = Topology.load(data_dir)
    started = [
        await start(service, topology.endpoint(service, slot).grpc_port) for service in SERVICES
    ]
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    sys.stdout.write("serving\n")
    sys.stdout.flush()
    await stopped.wait()
    for _, servicer in started:
        await servicer.enter_graceful_shutdown()
    await asyncio.sleep(DRAIN_SECONDS)
    await asyncio.gather(*(server.stop(5) for server, _ in started))


def public_part(raw: bytes) -> str:
    """An Ed25519 public key as a JWK writes it."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
