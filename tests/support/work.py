"""A room's WorkInternalService, called as the workers do."""

import asyncio
import json
from typing import Any
from uuid import UUID

from inergize.common.v1 import work_internal_service_pb2 as pb
from inergize.common.v1.work_internal_service_pb2_grpc import WorkInternalServiceStub

from tests.support.rooms import RunningRoom


class Work:
    """What workers ask a room to do."""

    def __init__(self, room: RunningRoom) -> None:
        self.room = room
        self._stub: Any = WorkInternalServiceStub(room.channel)

    async def export(self, user_id: UUID) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        request = pb.ExportUserDataRequest(user_id=str(user_id))
        replies = [reply async for reply in self._stub.ExportUserData(request, **self._as())]
        assert [reply.is_last for reply in replies] == [*[False] * (len(replies) - 1), True]
        for reply in replies[:-1]:
            found.setdefault(reply.table, []).extend(map(json.loads, reply.rows_json))
        return found

    async def erase(self, user_id: UUID) -> bool:
        request = pb.EraseUserDataRequest(user_id=str(user_id))
        return bool((await self._stub.EraseUserData(request, **self._as())).is_done)

    def _as(self) -> dict[str, Any]:
        return {"metadata": self.room.as_service("workers")}


class AsWorkers:
    """A stub whose calls carry the workers' credential."""

    def __init__(self, stub: Any, room: RunningRoom) -> None:
        self._stub, self._room = stub, room

    def __getattr__(self, name: str) -> Any:
        async def call(request: Any) -> Any:
            return await getattr(self._stub, name)(
                request, metadata=self._room.as_service("workers")
            )

        return call


async def run_periodic(room: RunningRoom, name: str, *, at_once: int = 1) -> None:
    """Run a periodic job to its end, as if it were due now; several times at once if asked to."""
    stub: Any = WorkInternalServiceStub(room.channel)

    async def run(piece: pb.RunPeriodicRequest) -> None:
        while not (await stub.RunPeriodic(piece, metadata=room.as_service("workers"))).is_done:
            pass

    await asyncio.gather(*(run(piece) for piece in await claim_periodic(room, name, at_once)))


async def claim_periodic(
    room: RunningRoom, name: str, at_once: int = 1
) -> list[pb.RunPeriodicRequest]:
    """Claim a periodic job as if it were due now: what a worker is to ask for."""
    stub: Any = WorkInternalServiceStub(room.channel)
    await room.admin.execute(
        f"INSERT INTO {room.name}.periodic_runs (name, due_at)"
        " SELECT $1, clock_timestamp() + make_interval(secs => n) FROM generate_series(1, $2) AS n",
        name,
        at_once,
    )
    request = pb.ClaimPeriodicRequest(claimed_by="test")
    claims = (await stub.ClaimPeriodic(request, metadata=room.as_service("scheduler"))).claims
    return [
        pb.RunPeriodicRequest(name=name, due_time=claim.due_time, fence=claim.fence)
        for claim in claims
        if claim.name == name
    ]
