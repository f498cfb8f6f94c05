"""What every API call passes before its work: token, version, permission, planned faults.

Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from stack.sandbox.linkedin import faults, tokens
from stack.sandbox.linkedin.house import House, house_of
from stack.sandbox.linkedin.model import Grant
from stack.sandbox.linkedin.refusals import gateway
from stack.sandbox.linkedin.versions import check_version


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of call: any of `scopes` permits it."""

    resource: str
    method: str
    scopes: frozenset[str]
    is_versioned: bool = True

    @property
    def name(self) -> str:
        """As in refusals: `posts.CREATE`."""
        return f"{self.resource}.{self.method}"


@dataclass(frozen=True, slots=True)
class Call:
    """One call that has passed the gate."""

    house: House
    request: Request
    grant: Grant
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))


Handler = Callable[[Call], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(operation: Operation, handler: Handler) -> Endpoint:
    """The endpoint that lets a request through to `handler` if it may pass."""

    async def endpoint(request: Request) -> Response:
        house = house_of(request)
        grant = _authenticate(house, request.headers.get("authorization", ""))
        version = "NO_VERSION"
        if operation.is_versioned:
            version = check_version(request.headers.get("linkedin-version"), house.clock.now_ms())
        _permit(operation, grant, version)
        fault = faults.take(house, operation.name)
        await faults.strike_before(fault)
        call = Call(house, request, grant)
        response = await handler(call)
        response.headers["x-li-uuid"] = call.request_id
        await faults.strike_after(fault, request)
        return response

    return endpoint


def _authenticate(house: House, authorization: str) -> Grant:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise gateway(401, "Empty oauth2_access_token", service_code=401)
    grant = tokens.find(house, "access", token.strip())
    if grant is None:
        message = "Invalid access token"
        raise gateway(401, message, service_code=65600, code="INVALID_ACCESS_TOKEN")
    if grant.is_revoked:
        raise faults.revoked()
    if grant.expires_ms <= house.clock.now_ms():
        message = "The token used in the request has expired"
        raise gateway(401, message, service_code=65602, code="EXPIRED_ACCESS_TOKEN")
    return grant


def _permit(operation: Operation, grant: Grant, version: str) -> None:
    if grant.scopes.isdisjoint(operation.scopes):
        message = f"Not enough permissions to access: {operation.name}.{version}"
        raise gateway(403, message, service_code=100, code="ACCESS_DENIED")
