"""Rest.li's methods: which one a request means, by its verb, its query and `X-RestLi-Method`.

Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/methods
"""

from collections.abc import Iterable
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stack.sandbox.linkedin.gate import Handler, Operation, guarded
from stack.sandbox.linkedin.refusals import Refusal, gateway

_VERBS = {
    "GET": {"GET", "GET_ALL", "BATCH_GET", "FINDER"},
    "POST": {"CREATE", "ACTION", "PARTIAL_UPDATE"},
    "PUT": {"UPDATE"},
    "DELETE": {"DELETE"},
}
# Without the header, LinkedIn takes the call for another method than was meant.
_MUST_BE_NAMED = {"PARTIAL_UPDATE"}


def resource(path: str, *methods: tuple[Operation, Handler]) -> Route:
    """The route of a collection, or of one entity in it when `path` ends in a key."""
    endpoints = {operation.method: guarded(operation, handler) for operation, handler in methods}
    is_entity = path.endswith("}")

    async def serve(request: Request) -> Response:
        name = _method_of(request, is_entity=is_entity)
        if name not in endpoints:
            raise _unknown(request, name, endpoints)
        return await endpoints[name](request)

    return Route(path, serve, methods=list(_VERBS))


def _method_of(request: Request, *, is_entity: bool) -> str:
    named = request.headers.get("x-restli-method", "").upper()
    meant = _by_shape(request, named, is_entity=is_entity)
    kind = meant.partition("-")[0]
    if named and named != kind:
        message = f"X-RestLi-Method {named} does not fit the request, which is a {kind}"
        raise gateway(400, message, code="ILLEGAL_ARGUMENT")
    return meant


def _by_shape(request: Request, named: str, *, is_entity: bool) -> str:
    asked = parse_qs(request.url.query)
    match request.method:
        case "GET":
            return _read(asked, is_entity=is_entity)
        case "POST" if "action" in asked:
            return f"ACTION-{asked['action'][0]}"
        case "POST" if is_entity:
            return named if named in _MUST_BE_NAMED else "UPDATE"
        case "POST":
            return "CREATE"
    return {"PUT": "UPDATE", "DELETE": "DELETE"}.get(request.method, "")


def _read(asked: dict[str, list[str]], *, is_entity: bool) -> str:
    if "q" in asked:
        return f"FINDER-{asked['q'][0]}"
    if "ids" in asked:
        return "BATCH_GET"
    return "GET" if is_entity else "GET_ALL"


def _unknown(request: Request, name: str, known: Iterable[str]) -> Refusal:
    kinds = {method.partition("-")[0] for method in known}
    if kinds.isdisjoint(_VERBS.get(request.method, set())):
        return gateway(405, f"{request.method} is not allowed here", code="METHOD_NOT_ALLOWED")
    message = f"{name} is not a method of {request.url.path}"
    if request.method == "POST" and name == "UPDATE":
        message = "An update needs the header X-RestLi-Method: PARTIAL_UPDATE"
    return gateway(400, message, code="ILLEGAL_ARGUMENT")
