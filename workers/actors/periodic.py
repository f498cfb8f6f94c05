"""Runs the services' periodic jobs, piece by piece."""

from datetime import datetime

import dramatiq
import grpc
import structlog
from google.protobuf.timestamp_pb2 import Timestamp
from inergize.common.v1 import work_internal_service_pb2 as pb

from workers.resources import current

log = structlog.get_logger()
MOST_PIECES = 1_000


def declare(broker: dramatiq.Broker) -> None:
    """Declare the actor on a broker."""
    dramatiq.actor(
        broker=broker,
        queue_name="low",
        max_retries=0,
        max_age=120_000,
        time_limit=600_000,
    )(run_periodic)


async def run_periodic(service: str, name: str, due_time: str, fence: int) -> None:
    """Run one due job to its end; a second holder finds an old fence and stops."""
    work = current().clients.work(service)
    due = Timestamp()
    due.FromDatetime(datetime.fromisoformat(due_time))
    try:
        for _ in range(MOST_PIECES):
            request = pb.RunPeriodicRequest(name=name, due_time=due, fence=fence)
            if (await work.RunPeriodic(request)).is_done:
                return
    except grpc.aio.AioRpcError as failed:
        log.warning("periodic_failed", service=service, job=name, code=failed.code().name)
        if failed.code() is not grpc.StatusCode.NOT_FOUND:
            await work.FinishPeriodic(
                pb.FinishPeriodicRequest(
                    name=name, due_time=due, fence=fence, error=failed.code().name
                )
            )
