"""Importing once what every Python child needs, so that they share its memory and start at once."""

import gc
import importlib
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from stack.names import SERVICES

# In the order of use; no name may start a thread, open a channel or an event loop.
_LIBRARIES = (
    "asyncio",
    "grpc.aio",
    "grpc_health.v1.health",
    "grpc_reflection.v1alpha.reflection",
    "grpc_status.rpc_status",
    "asyncpg",
    "redis.asyncio",
    "pydantic_settings",
    "structlog",
    "prometheus_client",
    "uvloop",
    "protovalidate",
    "argon2",
    "httpx",
    "uvicorn",
    "starlette.applications",
    "nanio.app",
    "aiosmtpd.smtp",
    "yaml",
    "aiosmtplib",
    "jinja2",
    "stack.embedded.mail",
    "stack.sandbox.linkedin.app",
    "stack.sandbox.sms.app",
    "stack.mesh",
    "services.kernel.server",
    "services.main",
    "workers.main",
    "workers.scheduler",
    "services.analytics.pipeline",
    *(f"services.{service}.__main__" for service in SERVICES),
)


def preload(on_failure: Callable[[str], None]) -> Iterator[None]:
    """Import everything, a module a step, and put it out of the garbage collector's reach.

    A module that cannot be imported is told to `on_failure` and left to the child that needs
    it: that child's log then says what is wrong, and only that child fails.
    """
    gc.disable()
    for name in _LIBRARIES:
        try:
            _import_if_there(name)
        except Exception as error:  # noqa: BLE001 - any code may run at import, and fail
            on_failure(f"{name} cannot be imported: {type(error).__name__}: {error}")
        yield
    gc.collect()
    # A collection in a child would write into every object's header and so copy every page.
    gc.freeze()
    gc.enable()


def _import_if_there(name: str) -> None:
    """Import the module if it is installed: the embedded servers' libraries are optional."""
    package = name.partition(".")[0]
    if find_spec(package) is not None:
        importlib.import_module(name)
