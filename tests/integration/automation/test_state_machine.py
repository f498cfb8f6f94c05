"""Whatever workers and sweeper do, and in whatever order, the ledger stays sound."""

from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import grpc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inergize.automation.v1 import automation_internal_service_pb2 as internal

from services.automation.attempts import Attempts
from services.kernel.permissions import Permissions
from tests.integration.automation.calls import (
    BLOCKED,
    CONFIRMED,
    REJECTED,
    SKIPPED,
    UNKNOWN,
    Workers,
)

ENDS = {
    CONFIRMED: "confirmed",
    REJECTED: "rejected",
    UNKNOWN: "unknown",
    BLOCKED: "blocked",
    SKIPPED: "skipped",
}
# From the ledger's state table; the steps that only later calls take are left out.
STEPS = {
    (None, "claimed"),
    ("claimed", "claimed"),
    ("claimed", "queued"),
    ("queued", "claimed"),
    *(("claimed", end) for end in ENDS.values()),
}
REFUSALS = (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.ABORTED)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("begin"), st.integers(1, 3)),
        st.tuples(st.just("end"), st.integers(0, 5), st.sampled_from(sorted(ENDS))),
        st.just(("lapse",)),
        st.just(("sweep",)),
    ),
    min_size=3,
    max_size=14,
)


class Story:
    """One action, what was done to it, and what must hold all the time."""

    def __init__(self, workers: Workers) -> None:
        self.workers = workers
        self.action_id = uuid4()
        self.begun: list[internal.BeginAttemptResponse] = []

    async def do(self, deed: tuple[Any, ...]) -> None:
        match deed:
            case ("begin", attempt):
                reply = await self.workers.begin(self.action_id, attempt)
                if reply.fence:
                    self.begun.append(reply)
            case ("end", which, state) if self.begun:
                # An old claim as often as the newest: sleepers wake up.
                await self.workers.end(self.begun[-1 - which % len(self.begun)], state)
            case ("lapse",):
                await self.workers.lapse_leases()
            case ("sweep",):
                given = self.workers.room.given
                attempts = Attempts(given.db, Permissions(given.mesh), given.outbox)
                await attempts.sweep_lapsed(None)

    async def check(self) -> None:
        rows = await self._attempts()
        live = [
            row["state"]
            for row in rows
            if row["state"] not in ("rejected", "not_found", "blocked", "skipped")
        ]
        assert len(live) <= 1
        for row in rows:
            await self._check_events(row)

    async def _attempts(self) -> list[Any]:
        return await self.workers.room.admin.fetch(
            "SELECT id, state, fence FROM automation.automation_logs WHERE action_id = $1",
            self.action_id,
        )

    async def _check_events(self, row: Any) -> None:
        events = await self._events(row["id"])
        steps = [(event["from_state"], event["to_state"]) for event in events]
        assert set(steps) <= STEPS
        assert [after for after, _ in steps[1:]] == [before for _, before in steps[:-1]]
        assert steps[-1][1] == row["state"]
        # Whoever is handed the attempt gets a fence that nobody had before; ending it keeps it.
        for before, after in pairwise(events):
            is_end = after["to_state"] in ENDS.values()
            assert after["fence"] == before["fence"] + (0 if is_end else 1)
        assert events[-1]["fence"] == row["fence"]

    async def _events(self, attempt_id: UUID) -> list[Any]:
        return await self.workers.room.admin.fetch(
            """SELECT from_state, to_state, fence FROM automation.automation_log_events
                WHERE attempt_id = $1 ORDER BY id""",
            attempt_id,
        )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds=DEEDS)
async def test_no_path_leaves_two_live_attempts(
    workers: Workers, deeds: list[tuple[Any, ...]]
) -> None:
    story = Story(workers)
    for deed in deeds:
        try:
            await story.do(deed)
        except grpc.aio.AioRpcError as refused:
            if refused.code() not in REFUSALS:
                raise
        await story.check()
