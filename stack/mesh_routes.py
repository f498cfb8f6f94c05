"""Envoy's routes, derived from the contract: at the edge by path, in the mesh by service."""

import re
from collections.abc import Iterable
from typing import Any

from services.kernel.api_keys import PREFIX as API_KEY_PREFIX
from stack.mesh_contract import Binding, Operation
from stack.mesh_docs import edge_docs_routes

Json = dict[str, Any]

JWT_FILTER = "envoy.filters.http.jwt_authn"
BUFFER_FILTER = "envoy.filters.http.buffer"
TRANSCODER_FILTER = "envoy.filters.http.grpc_json_transcoder"
_GRPC = {"prefix": "application/grpc"}
_API_KEY = {"prefix": f"Bearer {API_KEY_PREFIX}"}
_GRPC_ONLY_HEADERS = ["grpc-timeout", "grpc-encoding", "grpc-accept-encoding"]
_HEALTH_PATHS = ("/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch")
_HEALTH_SECONDS = 300.0

# Nothing was begun: the connection failed, or the server said it had not touched the stream.
_NOT_BEGUN = "connect-failure,refused-stream,reset-before-request"
# It may have been done once already; the contract says that twice is the same.
_REPEATABLE = "connect-failure,refused-stream,reset,unavailable"


def edge_routes(operations: Iterable[Operation]) -> list[Json]:
    """The edge's routes: gRPC and REST for each operation, then "no such path" for the rest."""
    listed = list(operations)
    rest = [(operation, binding) for operation in listed for binding in operation.bindings]
    rest.sort(key=lambda pair: _specificity(pair[1].template))
    return [
        *edge_docs_routes(_without_jwt() | _unbuffered() | _untranscoded()),
        *(route for found in listed for route in _for_keys_too(found, _grpc_route(found))),
        *(route for pair in rest for route in _for_keys_too(pair[0], _rest_route(*pair))),
        {**_not_found(), "typed_per_filter_config": {**_unbuffered(), **_without_jwt()}},
    ]


def mesh_host(service: str, operations: Iterable[Operation]) -> Json:
    """The virtual host that leads the authority `<service>.mesh` to the service."""
    return {
        "name": service,
        "domains": [f"{service}.mesh"],
        "routes": [
            *(_mesh_route(service, operation) for operation in operations),
            *(_health_route(service, path) for path in _HEALTH_PATHS),
            _not_found(),
        ],
    }


def unknown_mesh_host() -> Json:
    """The virtual host for every other authority: nothing is there."""
    return {"name": "unknown", "domains": ["*"], "routes": [_not_found()]}


def jwks_route(operation: Operation) -> Json:
    """The one route of the listener where Envoy reads JWT keys."""
    (binding,) = operation.bindings
    return {
        "match": path_match(binding.template),
        "route": _action(operation.package, operation),
    }


def path_match(template: str) -> Json:
    """Envoy's matcher for a path template of `google.api.http`.

    A variable takes one segment without a colon, so that `{id}` never swallows a `:verb`.
    """
    plain = re.sub(r"\{[^=}]+(?:=([^}]*))?\}", lambda found: found[1] or "*", template)
    if "*" not in plain:
        return {"path": plain}
    wildcards = {"**": ".+", "*": "[^/:]+"}
    parts = re.split(r"(\*\*|\*)", plain)
    regex = "".join(wildcards.get(part) or re.escape(part) for part in parts)
    return {"safe_regex": {"regex": regex}}


def path_regex(template: str) -> str:
    """A regular expression for every path that fits the template."""
    match = path_match(template)
    regex: str = match["safe_regex"]["regex"] if "safe_regex" in match else re.escape(match["path"])
    return regex


def secret_paths(operations: Iterable[Operation]) -> str:
    """A regular expression for each path, query included, whose request may hold a secret.

    The transcoder puts the gRPC path in place of the REST path, so both are here.
    """
    regexes = {
        regex
        for operation in operations
        if operation.has_secret_request
        for regex in (
            re.escape(operation.method.path),
            *(path_regex(binding.template) for binding in operation.bindings),
        )
    }
    return f"({'|'.join(sorted(regexes))})([?].*)?"


def seconds(value: float) -> str:
    """A protobuf duration in JSON: `2s`, `0.5s`."""
    return f"{value:.3f}".rstrip("0").rstrip(".") + "s"


def _grpc_route(operation: Operation) -> Json:
    # The content type also matches gRPC-Web, which becomes gRPC on the way.
    return {
        "match": {
            "path": operation.method.path,
            "headers": [_header(":method", {"exact": "POST"}), _header("content-type", _GRPC)],
        },
        "route": _action(operation.package, operation),
        # gRPC servers drop a call without it, as if they were down; a proxy may have lost it.
        "request_headers_to_add": [_set_header("te", "trailers")],
        "typed_per_filter_config": {**_unbuffered(), **_jwt(operation)},
    }


def _rest_route(operation: Operation, binding: Binding) -> Json:
    no_grpc = _header("content-type", _GRPC) | {
        "invert_match": True,
        "treat_missing_header_as_empty": True,
    }
    return {
        "match": {
            **path_match(binding.template),
            "headers": [_header(":method", {"exact": binding.verb}), no_grpc],
        },
        "route": _action(operation.package, operation),
        # A REST client's values for these would fail inside gRPC, as if we had failed.
        "request_headers_to_remove": _GRPC_ONLY_HEADERS,
        "response_headers_to_remove": ["grpc-accept-encoding"],
        "typed_per_filter_config": _jwt(operation),
    }


def _for_keys_too(operation: Operation, route: Json) -> list[Json]:
    """The route, and before it one past the JWT filter if an API key may call the method.

    A key is opaque: the service has Auth check it. Where no key helps, it is no JWT, so refused.
    """
    if not operation.method.scope:
        return [route]
    headers = [*route["match"]["headers"], _header("authorization", _API_KEY)]
    filters = {**route["typed_per_filter_config"], **_without_jwt()}
    for_keys = {"match": {**route["match"], "headers": headers}, "typed_per_filter_config": filters}
    return [route | for_keys, route]


def _mesh_route(service: str, operation: Operation) -> Json:
    return {
        "match": {"path": operation.method.path, "grpc": {}},
        "route": _action(service, operation),
    }


def _health_route(service: str, path: str) -> Json:
    limit = seconds(_HEALTH_SECONDS)
    action = {"cluster": service, "timeout": limit, "idle_timeout": "0s"}
    return {"match": {"path": path, "grpc": {}}, "route": action}


def _action(cluster: str, operation: Operation) -> Json:
    limit = seconds(operation.method.timeout_seconds)
    return {
        "cluster": cluster,
        "timeout": limit,
        # `timeout` alone lets a client's longer grpc-timeout through: envoy#15530.
        "max_stream_duration": {"max_stream_duration": limit, "grpc_timeout_header_max": limit},
        # A quiet stream is not a dead one; the lines above bound its life.
        "idle_timeout": "0s",
        "retry_policy": _retry_policy(is_repeatable=operation.method.is_idempotent),
    }


def _retry_policy(*, is_repeatable: bool) -> Json:
    previous = "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3."
    return {
        "retry_on": _REPEATABLE if is_repeatable else _NOT_BEGUN,
        "num_retries": 2,
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": {"@type": f"{previous}PreviousHostsPredicate"},
            }
        ],
        "host_selection_retry_max_attempts": 3,
    }


def _jwt(operation: Operation) -> Json:
    return _without_jwt() if operation.is_public else {}


def _without_jwt() -> Json:
    return {JWT_FILTER: _per_route("jwt_authn.v3.PerRouteConfig")}


def _unbuffered() -> Json:
    return {BUFFER_FILTER: _per_route("buffer.v3.BufferPerRoute")}


def _untranscoded() -> Json:
    off = "type.googleapis.com/envoy.config.route.v3.FilterConfig"
    return {TRANSCODER_FILTER: {"@type": off, "disabled": True}}


def _per_route(kind: str) -> Json:
    return {"@type": f"type.googleapis.com/envoy.extensions.filters.http.{kind}", "disabled": True}


def _not_found() -> Json:
    return {"match": {"prefix": "/"}, "direct_response": {"status": 404}}


def _header(name: str, match: Json) -> Json:
    return {"name": name, "string_match": match}


def _set_header(name: str, value: str) -> Json:
    return {
        "header": {"key": name, "value": value},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    }


def _specificity(template: str) -> tuple[int, int, str]:
    """Sorts literal paths before patterns, as the transcoder prefers them."""
    return template.count("{") + template.count("*"), -len(template), template
