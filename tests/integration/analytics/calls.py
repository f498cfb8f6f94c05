"""Analytics as workers and users call it, and its pipeline."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from inergize.analytics.v1 import analytics_internal_service_pb2 as pb
from inergize.analytics.v1.analytics_internal_service_pb2_grpc import AnalyticsInternalServiceStub
from inergize.analytics.v1.analytics_service_pb2 import GetDashboardRequest, GetDashboardResponse
from inergize.analytics.v1.analytics_service_pb2_grpc import AnalyticsServiceStub

from services.analytics.ingest import Ingest
from services.analytics.live import Live
from services.analytics.pipeline import Pipeline
from services.analytics.streams import Streams
from tests.support.rooms import RunningRoom
from tests.support.waiting import eventually


def event(user_id: UUID, event_type: str = "content_published", **fields: Any) -> pb.Event:
    """An event of now; `ago` moves it."""
    at = Timestamp()
    at.GetCurrentTime()
    ago: timedelta = fields.pop("ago", timedelta(0))
    at.FromMicroseconds(at.ToMicroseconds() - ago // timedelta(microseconds=1))
    values: dict[str, Any] = {
        "event_id": str(uuid4()),
        "user_id": str(user_id),
        "time": at,
        "event_type": event_type,
        "event_category": "content",
    }
    return pb.Event(**(values | fields))


@dataclass
class Analytics:
    """A served Analytics room."""

    room: RunningRoom

    async def record(self, events: Sequence[pb.Event]) -> None:
        stub: Any = AnalyticsInternalServiceStub(self.room.channel)
        request = pb.RecordEventsRequest(events=events)
        await stub.RecordEvents(request, metadata=self.room.as_service("workers"))

    async def initialize(self, user_id: UUID) -> None:
        stub: Any = AnalyticsInternalServiceStub(self.room.channel)
        request = pb.InitializeUserRequest(user_id=str(user_id))
        await stub.InitializeUser(request, metadata=self.room.as_service("workers"))

    async def dashboard(self, user_id: UUID, days: int = 0) -> GetDashboardResponse:
        stub: Any = AnalyticsServiceStub(self.room.channel)
        reply: GetDashboardResponse = await stub.GetDashboard(
            GetDashboardRequest(days=days), metadata=self.room.as_user(user_id)
        )
        return reply

    async def stored(self) -> list[str]:
        """The ids of all events in the time series."""
        rows = await self.room.admin.fetch("SELECT event_id FROM analytics.analytics_events")
        return sorted(str(row["event_id"]) for row in rows)

    async def open_batches(self) -> int:
        count: int = await self.room.admin.fetchval(
            "SELECT count(*) FROM analytics.outbox WHERE done_at IS NULL"
        )
        return count

    async def batch_errors(self) -> set[str]:
        """Why batches were given up."""
        rows = await self.room.admin.fetch(
            "SELECT last_error FROM analytics.outbox WHERE last_error IS NOT NULL"
        )
        return {row["last_error"] for row in rows}

    async def all_done(self, *, seconds: float = 20) -> None:
        """Wait until every batch is in the time series."""

        async def is_done() -> bool:
            return await self.open_batches() == 0

        await eventually(is_done, seconds=seconds)

    async def age_batches(self) -> None:
        """Make every batch old enough to be swept."""
        await self.room.admin.execute(
            "UPDATE analytics.outbox SET created_at = created_at - interval '11 seconds',"
            " lease_until = NULL"
        )

    def pipeline(self, consumer: str = "test") -> Pipeline:
        given = self.room.given
        return Pipeline(
            Streams(given.redis, consumer), Ingest(given.db, given.db, Live(given.redis))
        )

    @asynccontextmanager
    async def pipeline_running(self) -> AsyncIterator[Pipeline]:
        stopped = asyncio.Event()
        pipeline = self.pipeline()
        task = asyncio.create_task(pipeline.run(stopped))
        yield pipeline
        stopped.set()
        await asyncio.wait_for(task, timeout=10)


async def refusal(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    """How a call is refused."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value
