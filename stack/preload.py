"""Importing once what every Python child needs, so that they share its memory and start at once."""

import gc
import importlib
from collections.abc import Iterator
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
    "joserfc.jwt",
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
    "stack.mesh",
    "services.kernel.server",
    "services.kernel.main",
    *(f"services.{service}.room" for service in SERVICES),
    *(f"services.{service}.__main__" for service in SERVICES),
)


def preload() -> Iterator[None]:
    """Import everything, a module a step, and put it out of the garbage collector's reach."""
    gc.disable()
    for name in _LIBRARIES:
        if _exists(name):
            importlib.import_module(name)
        yield
    gc.collect()
    # A collection in a child would write into every object's header and so copy every page.
    gc.freeze()
    gc.enable()


def _exists(name: str) -> bool:
    """Whether the module is installed: the embedded servers' libraries are optional."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
