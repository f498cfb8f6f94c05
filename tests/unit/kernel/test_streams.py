"""A stream says nothing more once its session has ended."""

import asyncio
from typing import Any
from uuid import uuid4

import grpc
import pytest
from grpc import StatusCode
from inergize.content.v1 import content_service_pb2 as pb
from inergize.content.v1.content_service_pb2_grpc import ContentServiceStub

from services.kernel.callers import CallerCache
from services.kernel.config import AuthSettings
from services.kernel.contract import methods
from services.kernel.interceptors.chain import Parts, handler
from tests.support.identity import OpenSessions
from tests.support.replies import error_info

SERVICE = "inergize.content.v1.ContentService"


class TwoReplies:
    """Streams a reply, and another when told to."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def WatchContent(self, request: pb.WatchContentRequest, context: Any) -> Any:
        yield pb.WatchContentResponse()
        await self.go_on.wait()
        yield pb.WatchContentResponse()


async def test_stream_ends_with_its_session() -> None:
    sessions, servicer = OpenSessions(), TwoReplies()
    callers = CallerCache(sessions, sessions, AuthSettings(caller_cache_seconds=0))
    parts = Parts(callers, verifier=None, keys=None)  # type: ignore[arg-type]
    watch = next(method for method in methods(SERVICE) if method.name == "WatchContent")
    served = {"WatchContent": handler(watch, servicer, parts)}
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, served),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    token = sessions.sign_in(uuid4())
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        request = pb.WatchContentRequest(content_id=str(uuid4()))
        metadata = [("authorization", f"Bearer {token}")]
        stream = ContentServiceStub(channel).WatchContent(request, metadata=metadata)
        assert isinstance(await stream.read(), pb.WatchContentResponse)

        sessions.open.clear()
        servicer.go_on.set()
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await stream.read()
    await server.stop(0)
    assert ended.value.code() is StatusCode.UNAUTHENTICATED
    assert error_info(ended.value).reason == "ERROR_REASON_SESSION_ENDED"
