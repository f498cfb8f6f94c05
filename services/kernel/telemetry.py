"""Logs and metrics."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from prometheus_client import Counter, Histogram

from services.kernel.caller import current_request_id
from services.kernel.config import LogSettings

CALLS = Counter("inergize_calls_total", "Finished calls.", ["service", "method", "code"])
SECONDS = Histogram(
    "inergize_call_seconds",
    "How long calls took, in seconds.",
    ["service", "method"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


def configure_logging(log: LogSettings, process: str) -> None:
    """Write one JSON object (or readable line) per event to standard error.

    Exceptions are logged as their type and frames: messages and local values may hold secrets.
    """
    render: Any = structlog.processors.JSONRenderer()
    if log.format == "text":
        render = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_call,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(log.level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    # Libraries' own messages may quote data; only their warnings' names are worth keeping.
    logging.basicConfig(level=logging.WARNING, handlers=[_LibraryHandler()], force=True)


def frames(error: BaseException) -> list[str]:
    """Where an exception was raised: `file:line function`, innermost last, never its message."""
    found: list[str] = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        found.append(f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return found[-12:]


def _add_call(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    request_id = current_request_id()
    if request_id:
        event["request_id"] = request_id
    return event


class _LibraryHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger().warning(
            "library",
            logger=record.name,
            template=str(record.msg),
            error=type(error).__name__ if error else None,
            frames=frames(error) if error else None,
        )
