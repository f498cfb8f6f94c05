"""What every API call passes before its work: token, version, permission, quota, planned faults.

Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from stack.sandbox.linkedin import apps, faults, pairwise, quotas, tokens
from stack.sandbox.linkedin.faults import Endpoint, Fault, Occasion
from stack.sandbox.linkedin.house import House, house_of
from stack.sandbox.linkedin.model import App, Grant
from stack.sandbox.linkedin.refusals import Refusal, gateway
from stack.sandbox.linkedin.versions import check_version


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of call: any of `scopes` permits it."""

    resource: str
    method: str
    scopes: frozenset[str]
    is_versioned: bool = True
    older_name: str = ""
    """How refusals call it where LinkedIn still words them as it did: `POST /ugcPosts`."""

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
    fault: Fault | None = None
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def may_repeat(self) -> bool:
        """Whether repeated text makes a second post: a fault that shows blind repetition."""
        return self.fault is not None and self.fault.kind == "duplicate_visible"


Handler = Callable[[Call], Awaitable[Response]]


def guarded(operation: Operation, handler: Handler) -> Endpoint:
    """The endpoint that lets a request through to `handler` if it may pass."""

    async def endpoint(request: Request) -> Response:
        house = house_of(request)
        grant, app = _authenticate(house, request.headers.get("authorization", ""))
        version = "NO_VERSION"
        if operation.is_versioned:
            version = check_version(request.headers.get("linkedin-version"), house.clock.now_ms())
        _permit(operation, grant.scopes & app.scopes, version)
        quotas.count(house, grant.client_id, grant.member_id, operation.name)
        fault = faults.take(house, _occasion(house, operation, request, grant))

        async def work(received: Request) -> Response:
            meant = await pairwise.received(house, grant.client_id, received)
            call = Call(house, meant, grant, fault)
            try:
                response = await handler(call)
            except Refusal as refusal:
                raise pairwise.refused(house, grant.client_id, refusal) from None
            pairwise.answered(house, grant.client_id, response)
            response.headers["x-li-uuid"] = call.request_id
            return response

        return await faults.carry_out(fault, request, work)

    return endpoint


def _authenticate(house: House, authorization: str) -> tuple[Grant, App]:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise gateway(401, "Empty oauth2_access_token", service_code=401)
    grant = tokens.find(house, "access", token.strip())
    app = apps.find(house.database, grant.client_id) if grant else None
    if grant is None or app is None:
        raise faults.invalid_token()
    if grant.is_revoked:
        raise faults.revoked()
    if grant.expires_ms <= house.clock.now_ms():
        raise faults.expired()
    return grant, app


def _permit(operation: Operation, scopes: frozenset[str], version: str) -> None:
    """Permit by what the member agreed to and the application still has."""
    if scopes.isdisjoint(operation.scopes):
        what = operation.older_name or f"{operation.name}.{version}"
        message = f"Not enough permissions to access: {what}"
        raise gateway(403, message, service_code=100, code="ACCESS_DENIED")


def _occasion(house: House, operation: Operation, request: Request, grant: Grant) -> Occasion:
    age_ms = max(0, house.clock.now_ms() - grant.issued_ms)
    return Occasion(operation.name, request, grant.member_id, age_ms)
