"""The routes say of each method what its contract says."""

import re
from typing import Any

import pytest

from stack.mesh_contract import Operation, edge_operations, mesh_operations, operations
from stack.mesh_routes import (
    JWT_FILTER,
    edge_routes,
    mesh_host,
    path_match,
    path_regex,
    seconds,
    secret_paths,
)
from stack.names import SERVICES

EDGE = edge_operations()
ROUTES = edge_routes(EDGE)


def named(operation: Operation) -> str:
    return operation.method.path


def matches(route: Any, path: str) -> bool:
    match = route["match"]
    if "safe_regex" in match:
        return re.fullmatch(match["safe_regex"]["regex"], path) is not None
    return bool(match.get("path") == path)


def suits(route: Any, verb: str, authorization: str) -> bool:
    """Whether the route's headers ask for no more than this."""
    headers = {one["name"]: one["string_match"] for one in route["match"]["headers"]}
    prefix = headers.get("authorization", {"prefix": ""})["prefix"]
    return bool(headers[":method"]["exact"] == verb) and authorization.startswith(prefix)


def first_route(verb: str, path: str, authorization: str = "Bearer ey") -> Any:
    """The route Envoy would take: the first that fits."""
    return next(
        route
        for route in ROUTES
        if "direct_response" in route
        or (matches(route, path) and suits(route, verb, authorization))
    )


def example(template: str) -> str:
    """A path that fits the template."""
    return re.sub(r"\{[^}]+\}", "7b0c2f3e", template)


def routes_of(operation: Operation, authorization: str = "Bearer ey") -> list[Any]:
    """The route of each way to call the operation."""
    rest = [
        first_route(found.verb, example(found.template), authorization)
        for found in operation.bindings
    ]
    return [first_route("POST", operation.method.path, authorization), *rest]


def is_jwt_off(route: Any) -> bool:
    return bool(route["typed_per_filter_config"].get(JWT_FILTER, {}).get("disabled"))


def test_every_service_has_methods_inside_and_outside() -> None:
    assert {found.package for found in EDGE} == set(SERVICES)
    assert {found.package for found in operations() if found.is_internal} == {*SERVICES, "common"}


def test_every_method_that_is_not_internal_has_a_rest_route() -> None:
    assert [named(found) for found in EDGE if not found.bindings] == []


@pytest.mark.parametrize("operation", EDGE, ids=named)
def test_every_way_to_call_a_method_leads_to_its_service_within_its_timeout(
    operation: Operation,
) -> None:
    limit = seconds(operation.method.timeout_seconds)
    for route in routes_of(operation):
        action = route["route"]
        assert action["cluster"] == operation.package
        assert action["timeout"] == limit
        assert action["max_stream_duration"] == {
            "max_stream_duration": limit,
            "grpc_timeout_header_max": limit,
        }


@pytest.mark.parametrize("operation", EDGE, ids=named)
def test_only_public_methods_go_without_a_token(operation: Operation) -> None:
    assert {is_jwt_off(route) for route in routes_of(operation)} == {operation.is_public}


@pytest.mark.parametrize("operation", EDGE, ids=named)
def test_api_keys_pass_by_the_jwt_filter_only_to_methods_with_a_scope(
    operation: Operation,
) -> None:
    may_pass = operation.is_public or bool(operation.method.scope)
    for route in routes_of(operation, "Bearer igz_0"):
        assert is_jwt_off(route) == may_pass
        assert route["route"]["cluster"] == operation.package
    for other in ("Bearer igz", "bearer igz_0", "igz_0", "Basic igz_0", ""):
        assert {is_jwt_off(route) for route in routes_of(operation, other)} == {operation.is_public}


def test_no_internal_method_is_routed_at_the_edge() -> None:
    for operation in operations():
        if operation.is_internal:
            assert "direct_response" in first_route("POST", operation.method.path), operation


def test_what_is_not_routed_is_refused() -> None:
    assert ROUTES[-1]["match"] == {"prefix": "/"}
    assert ROUTES[-1]["direct_response"] == {"status": 404}


@pytest.mark.parametrize("service", SERVICES)
def test_the_mesh_repeats_only_what_the_contract_allows(service: str) -> None:
    host = mesh_host(service, mesh_operations(service))
    actions = {route["match"].get("path"): route.get("route") for route in host["routes"]}
    for operation in mesh_operations(service):
        retry_on = actions[operation.method.path]["retry_policy"]["retry_on"].split(",")
        assert ("unavailable" in retry_on) == operation.method.is_idempotent
        assert ("reset" in retry_on) == operation.method.is_idempotent
        assert {"connect-failure", "refused-stream"} <= set(retry_on)


def test_the_mesh_leads_shared_work_to_the_service_that_was_named() -> None:
    path = "/inergize.common.v1.WorkInternalService/ClaimOutbox"
    for service in SERVICES:
        host = mesh_host(service, mesh_operations(service))
        (route,) = [found for found in host["routes"] if found["match"].get("path") == path]
        assert host["domains"] == [f"{service}.mesh"]
        assert route["route"]["cluster"] == service


@pytest.mark.parametrize(
    ("template", "fits", "fits_not"),
    [
        ("/v1/users/me", "/v1/users/me", "/v1/users/me/"),
        ("/v1/content/{id}", "/v1/content/a-1", "/v1/content/a:watch"),
        ("/v1/content/{id}", "/v1/content/a-1", "/v1/content/a/b"),
        ("/v1/content/{id}:watch", "/v1/content/a:watch", "/v1/content/a"),
        ("/v1/{name=shelves/*/books/*}", "/v1/shelves/1/books/2", "/v1/shelves/1"),
        ("/v1/files/{path=**}", "/v1/files/a/b", "/v1/files/"),
        ("/.well-known/jwks.json", "/.well-known/jwks.json", "/xwell-known/jwks.json"),
    ],
)
def test_a_template_fits_its_paths_only(template: str, fits: str, fits_not: str) -> None:
    assert re.fullmatch(path_regex(template), fits)
    assert not re.fullmatch(path_regex(template), fits_not)


def test_a_template_without_variables_is_compared_not_searched() -> None:
    assert path_match("/v1/users/me") == {"path": "/v1/users/me"}


def test_requests_with_secrets_are_known_by_every_path() -> None:
    regex = re.compile(secret_paths(EDGE))
    secret = ["/v1/auth/login", "/inergize.auth.v1.AuthService/Login", "/auth/register"]
    for path in [*secret, "/v1/linkedin/oauth/callback?code=abc"]:
        assert regex.fullmatch(path), path
    for path in ["/v1/content", "/v1/users/me", "/v1/auth/logins"]:
        assert not regex.fullmatch(path), path


@pytest.mark.parametrize(("value", "text"), [(2, "2s"), (0.5, "0.5s"), (300, "300s"), (10, "10s")])
def test_durations_are_written_as_envoy_reads_them(value: float, text: str) -> None:
    assert seconds(value) == text
