"""Safety as workers and users call it."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import grpc
import pytest
from inergize.safety.v1 import safety_internal_service_pb2 as pb
from inergize.safety.v1 import safety_pb2
from inergize.safety.v1.safety_internal_service_pb2_grpc import SafetyInternalServiceStub
from inergize.safety.v1.safety_service_pb2 import GetQuotaUsageRequest
from inergize.safety.v1.safety_service_pb2_grpc import SafetyServiceStub

from tests.support.rooms import RunningRoom

ALLOWED = safety_pb2.VERDICT_ALLOWED
BLOCKED = safety_pb2.VERDICT_BLOCKED
DEFERRED = safety_pb2.VERDICT_DEFERRED


@dataclass
class Safety:
    """A served Safety room."""

    room: RunningRoom

    @property
    def worker(self) -> list[tuple[str, str]]:
        return self.room.as_service("workers")

    async def make_user(self, **settings: object) -> UUID:
        """An account; `settings` are columns of safety_settings."""
        user_id = await self.room.make_user()
        row = {"user_id": user_id} | settings
        places = ", ".join(f"${i}" for i in range(1, len(row) + 1))
        await self.room.admin.execute(
            f"INSERT INTO safety.safety_settings ({', '.join(row)}) VALUES ({places})",
            *row.values(),
        )
        return user_id

    async def reserve(
        self, user_id: UUID, attempt_id: UUID | None = None, action_type: str = "publish_post"
    ) -> pb.ReserveActionResponse:
        request = pb.ReserveActionRequest(
            attempt_id=str(attempt_id or uuid4()), user_id=str(user_id), action_type=action_type
        )
        stub: Any = SafetyInternalServiceStub(self.room.channel)
        reply: pb.ReserveActionResponse = await stub.ReserveAction(request, metadata=self.worker)
        return reply

    async def report(
        self, user_id: UUID, attempt_id: UUID, outcome: pb.ExecutionOutcome.ValueType
    ) -> None:
        request = pb.ReportExecutionRequest(
            attempt_id=str(attempt_id), user_id=str(user_id), outcome=outcome
        )
        stub: Any = SafetyInternalServiceStub(self.room.channel)
        await stub.ReportExecution(request, metadata=self.worker)

    async def quota(self, user_id: UUID) -> dict[tuple[str, str], safety_pb2.QuotaWindow]:
        stub: Any = SafetyServiceStub(self.room.channel)
        metadata = self.room.as_user(user_id)
        reply = await stub.GetQuotaUsage(GetQuotaUsageRequest(), metadata=metadata)
        return {(window.action_type, window.window): window for window in reply.windows}

    async def limit(self, user_id: UUID, **columns: int) -> None:
        """Give a user limits of their own for posts."""
        row = {
            "user_id": user_id,
            "action_type": "publish_post",
            "warmup_start": 0,
            "ramp_per_day": 0,
            "daily_cap": 150,
            "weekly_cap": 1050,
            "min_gap_seconds": 0,
        } | columns
        places = ", ".join(f"${i}" for i in range(1, len(row) + 1))
        await self.room.admin.execute(
            f"INSERT INTO safety.safety_limits ({', '.join(row)}) VALUES ({places})", *row.values()
        )

    async def age(self, user_id: UUID, by: timedelta) -> None:
        """Let everything that the user has done be longer ago."""
        await self.room.admin.execute(
            "UPDATE safety.action_reservations SET decided_at = decided_at - $2::interval"
            " WHERE user_id = $1",
            user_id,
            by,
        )

    async def now(self) -> datetime:
        at: datetime = await self.room.admin.fetchval("SELECT clock_timestamp()")
        return at

    async def allowed(self, user_id: UUID) -> list[asyncpg.Record]:
        return await self.room.admin.fetch(
            "SELECT attempt_id, decided_at, outcome FROM safety.action_reservations"
            " WHERE user_id = $1 AND verdict = 'allowed' ORDER BY decided_at",
            user_id,
        )

    async def compliance(self, user_id: UUID) -> list[asyncpg.Record]:
        return await self.room.admin.fetch(
            "SELECT check_type, status, action_taken, reasons, attempt_id"
            " FROM safety.compliance_logs WHERE user_id = $1 ORDER BY created_at",
            user_id,
        )


async def refusal(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    """How a call is refused."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value
