"""One call, as the interceptors see it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from grpc.aio import ServicerContext

from services.kernel.caller import set_request_id
from services.kernel.contract import Method

Context = ServicerContext[Any, Any]
LONGEST_REQUEST_ID = 100


@dataclass(slots=True)
class Call:
    """A call that has begun."""

    context: Context
    method: Method
    metadata: dict[str, str | bytes]
    request_id: str

    def header(self, name: str) -> str:
        """A request header's text, empty when it is not there."""
        value = self.metadata.get(name, "")
        return value if isinstance(value, str) else ""


Unary = Callable[[Any, Call], Awaitable[Any]]
Streaming = Callable[[Any, Call], AsyncIterator[Any]]


def begin(context: Context, method: Method) -> Call:
    """Begin a call: read its metadata, take over or make its request id."""
    metadata = dict(context.invocation_metadata() or ())
    given = metadata.get("x-request-id", "")
    is_usable = isinstance(given, str) and 0 < len(given) <= LONGEST_REQUEST_ID
    request_id = str(given) if is_usable else str(uuid4())
    set_request_id(request_id)
    return Call(context, method, metadata, request_id)
