"""Baseline (a): one grpc.aio handler, one query, nothing else. Health is there for Envoy."""

import asyncio
from uuid import UUID

import asyncpg
import grpc
import uvloop
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from inergize.content.v1 import content_pb2
from inergize.content.v1 import content_service_pb2 as pb

from bench.baselines.shared import QUERY, BaselineSpec, open_pool, read_spec
from services.kernel.interceptors.call import Context

SERVICE = "inergize.content.v1.ContentService"


class Handler:
    """Answers GetContent for one user."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", user_id: UUID) -> None:
        self._pool = pool
        self._user_id = user_id

    async def get_content(
        self, request: pb.GetContentRequest, context: Context
    ) -> pb.GetContentResponse:
        """Query and answer."""
        row = await self._pool.fetchrow(QUERY, self._user_id, UUID(request.content_id))
        if row is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such content")
        return pb.GetContentResponse(content=_content(row))


def _content(row: asyncpg.Record) -> content_pb2.Content:
    content = content_pb2.Content(
        content_id=str(row["id"]),
        type=content_pb2.ContentType.Value(f"CONTENT_TYPE_{row['type'].upper()}"),
        title=row["title"],
        body=row["body"],
        tags=row["tags"],
        visibility=content_pb2.Visibility.Value(f"VISIBILITY_{row['visibility'].upper()}"),
        ai_origin=content_pb2.AiOrigin.Value(f"AI_ORIGIN_{row['ai_origin'].upper()}"),
        status=content_pb2.ContentStatus.Value(f"CONTENT_STATUS_{row['status'].upper()}"),
        linkedin_post_urn=row["linkedin_post_urn"],
        publish_state=content_pb2.PublishState.Value(
            f"PUBLISH_STATE_{row['publish_state'].upper()}"
        ),
        publish_error=row["publish_error"],
        publish_action_id=str(row["publish_action_id"] or ""),
        etag=f"r{row['revision']}",
    )
    content.created_time.FromDatetime(row["created_at"])
    content.updated_time.FromDatetime(row["updated_at"])
    if row["scheduled_at"]:
        content.scheduled_time.FromDatetime(row["scheduled_at"])
    if row["published_at"]:
        content.published_time.FromDatetime(row["published_at"])
    return content


async def serve(spec: BaselineSpec) -> None:
    """Serve until the process is ended."""
    handler = Handler(await open_pool(spec), UUID(spec.user_id))
    server = grpc.aio.server()
    methods = {
        "GetContent": grpc.unary_unary_rpc_method_handler(
            handler.get_content,
            request_deserializer=pb.GetContentRequest.FromString,
            response_serializer=pb.GetContentResponse.SerializeToString,
        )
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
    healthy = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    server.add_insecure_port(f"127.0.0.1:{spec.port}")
    await server.start()
    await healthy.set("", health_pb2.HealthCheckResponse.SERVING)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(read_spec()))
