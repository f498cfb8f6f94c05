"""`inergize work`: one worker process on the named queues."""

import signal
import threading

import dramatiq
import structlog
from dramatiq import Worker

from services.kernel.config import Settings, settings
from services.kernel.telemetry import configure_logging
from workers import actors
from workers.broker import make_broker
from workers.metrics import MetricsPort
from workers.names import QUEUES
from workers.resources import Resources

log = structlog.get_logger()

IDLE_MS = 200
"""After this long, at the latest, an idle thread sees that it is to stop."""
STOP_MS = 50_000


def work(queues: list[str]) -> None:
    """Work on the queues until SIGTERM; running messages finish, unstarted ones are given back.

    Raises ValueError for a queue that does not exist.
    """
    unknown = set(queues) - set(QUEUES)
    if unknown:
        raise ValueError(f"no such queue: {', '.join(sorted(unknown))}")
    given = settings()
    configure_logging(given.log, "workers")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    worker = start_worker(given, set(queues))
    with MetricsPort(given.server):
        log.info("working", queues=sorted(queues), threads=given.broker.worker_threads)
        stopped.wait()
        log.info("draining")
        worker.stop(timeout=STOP_MS)


def start_worker(given: Settings, queues: set[str]) -> Worker:
    """Start a worker on the queues, with every setting explicit."""
    resources = Resources(given, sends_webhooks="mail" in queues)
    broker = make_broker(given.broker, resources=resources)
    dramatiq.set_broker(broker)
    actors.declare(broker)
    worker = Worker(
        broker,
        queues=queues,
        worker_timeout=IDLE_MS,
        worker_threads=given.broker.worker_threads,
    )
    # Dramatiq would fetch twice as many; what waits in this process cannot run elsewhere.
    worker.queue_prefetch = given.broker.worker_threads
    worker.delay_prefetch = given.broker.worker_threads
    # Dramatiq's own command line says this; without it no time limit is ever enforced.
    broker.emit_after("process_boot")
    worker.start()
    return worker
