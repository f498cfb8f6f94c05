"""Fills envoy/*.yaml with what follows from the contract, the settings and the topology."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stack.mesh_contract import Operation, edge_operations, mesh_operations, operations
from stack.mesh_descriptors import descriptor_set
from stack.mesh_docs import docs_routes
from stack.mesh_errors import local_reply_config
from stack.mesh_routes import (
    JWT_FILTER,
    edge_routes,
    jwks_route,
    mesh_host,
    secret_paths,
    unknown_mesh_host,
)
from stack.names import SERVICES
from stack.ports import LOOPBACK
from stack.topology import Topology

Json = dict[str, Any]
FOLDER = Path(__file__).resolve().parents[1] / "envoy"
# libyaml renders in 0.07 s what takes Python 0.25 s, at every start (measured).
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_CORS = "envoy.filters.http.cors"
_HEALTH_CHECK = "envoy.filters.http.health_check"
_RATE_LIMIT = "envoy.filters.http.local_ratelimit"
_TRANSCODER = "envoy.filters.http.grpc_json_transcoder"
_JWKS_PATH = "/inergize.auth.v1.AuthService/GetJwks"


@dataclass(frozen=True, slots=True)
class EdgePolicy:
    """What an operator decides about the edge."""

    issuer: str = "inergize"
    """`iss` that access tokens must carry."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose browsers may call; none when empty."""
    requests_per_second: int = 5_000
    """Allowed to one client address; more are refused with 429."""
    burst_requests: int = 10_000
    """What one client address may ask for at once after a pause."""
    trusted_hops: int = 0
    """Proxies of ours in front of the edge, whose `x-forwarded-for` is believed."""


def render_envoy(topology: Topology, policy: EdgePolicy | None = None) -> str:
    """The whole bootstrap of this stack's Envoy, as YAML.

    Without a policy the settings of this process decide.
    """
    document = _read("bootstrap")
    _at_port(document["admin"], topology.admin_port)
    document["static_resources"] = {
        "listeners": [
            _edge(topology, policy or _configured_policy()),
            _mesh(topology),
            _jwks(topology),
            _docs(),
        ],
        "clusters": _clusters(topology),
    }
    return yaml.dump(document, Dumper=_DUMPER, sort_keys=False, width=120)


def _configured_policy() -> EdgePolicy:
    from services.kernel.config import settings

    given = settings()
    return EdgePolicy(
        issuer=given.auth.issuer,
        cors_origins=given.edge.cors_origins,
        requests_per_second=given.edge.requests_per_second,
        burst_requests=given.edge.request_burst,
        trusted_hops=given.edge.trusted_hops,
    )


def _edge(topology: Topology, policy: EdgePolicy) -> Json:
    listener: Json = _read("edge")
    listener["address"]["socket_address"] |= {
        "address": topology.edge_host,
        "port_value": topology.edge_port,
    }
    manager = _manager(listener)
    manager["xff_num_trusted_hops"] = policy.trusted_hops
    _fill_host(manager, policy)
    _fill_filters(manager, policy)
    if topology.tls_certificate and topology.tls_key:
        _add_tls(listener, topology.tls_certificate, topology.tls_key)
    manager["local_reply_config"] = local_reply_config(
        _read("errors"),
        secret_paths(edge_operations()),
        manager["route_config"]["response_headers_to_add"],
    )
    return listener


def _fill_host(manager: Json, policy: EdgePolicy) -> None:
    (host,) = manager["route_config"]["virtual_hosts"]
    host["routes"] += edge_routes(edge_operations())
    cors = host["typed_per_filter_config"][_CORS]
    cors["allow_origin_string_match"] = [{"exact": origin} for origin in policy.cors_origins]


def _fill_filters(manager: Json, policy: EdgePolicy) -> None:
    # One of the two endpoints is enough, and 1 % of two is one.
    enough = {service: {"value": 1} for service in SERVICES}
    _filter(manager, _HEALTH_CHECK)["cluster_min_healthy_percentages"] = enough
    _filter(manager, JWT_FILTER)["providers"]["access_token"]["issuer"] = policy.issuer
    _fill_rate_limit(_filter(manager, _RATE_LIMIT), policy)
    services = sorted({found.service for found in edge_operations() if found.bindings})
    _fill_transcoder(_filter(manager, _TRANSCODER), services)


def _fill_rate_limit(limit: Json, policy: EdgePolicy) -> None:
    bucket = {
        "max_tokens": policy.burst_requests,
        "tokens_per_fill": policy.requests_per_second,
        "fill_interval": "1s",
    }
    limit["descriptors"] = [{"entries": [{"key": "remote_address"}], "token_bucket": bucket}]
    # For requests without a descriptor, of which there are none: an address is always known.
    limit["token_bucket"] = bucket


def _fill_transcoder(transcoder: Json, services: list[str]) -> None:
    transcoder["services"] = services
    transcoder["proto_descriptor_bin"] = base64.b64encode(descriptor_set(services)).decode()


def _add_tls(listener: Json, certificate: Path, key: Path) -> None:
    tls = _read("tls")
    (chain,) = listener["filter_chains"]
    chain |= tls["filter_chain"]
    context = chain["transport_socket"]["typed_config"]["common_tls_context"]
    context["tls_certificates"] = [
        {
            "certificate_chain": {"filename": str(certificate.resolve())},
            "private_key": {"filename": str(key.resolve())},
        }
    ]
    _manager(listener)["route_config"]["response_headers_to_add"].append(tls["response_header"])


def _mesh(topology: Topology) -> Json:
    listener: Json = _read("mesh")
    _at_port(listener, topology.mesh_port)
    hosts = [mesh_host(service, mesh_operations(service)) for service in SERVICES]
    _manager(listener)["route_config"]["virtual_hosts"] = [*hosts, unknown_mesh_host()]
    return listener


def _jwks(topology: Topology) -> Json:
    listener: Json = _read("jwks")
    _at_port(listener, topology.jwks_port)
    operation = _jwks_operation()
    manager = _manager(listener)
    manager["route_config"]["virtual_hosts"][0]["routes"] = [jwks_route(operation)]
    _fill_transcoder(_filter(manager, _TRANSCODER), [operation.service])
    return listener


def _docs() -> Json:
    listener: Json = _read("docs")
    _manager(listener)["route_config"]["virtual_hosts"][0]["routes"] = docs_routes()
    return listener


def _jwks_operation() -> Operation:
    return next(found for found in operations() if found.method.path == _JWKS_PATH)


def _clusters(topology: Topology) -> list[Json]:
    given = _read("clusters")
    return [
        *(_service_cluster(topology, service, given["service"]) for service in SERVICES),
        given["jwks"] | {"load_assignment": _endpoints("jwks", [topology.jwks_port])},
        given["docs"],
        given["nowhere"],
    ]


def _service_cluster(topology: Topology, service: str, given: Json) -> Json:
    (check,) = given["health_checks"]
    ports = [endpoint.grpc_port for endpoint in topology.endpoints(service)]
    return given | {
        "name": service,
        "health_checks": [check | {"grpc_health_check": {"authority": f"{service}.mesh"}}],
        "load_assignment": _endpoints(service, ports),
    }


def _endpoints(name: str, ports: list[int]) -> Json:
    addresses = [{"socket_address": {"address": LOOPBACK, "port_value": port}} for port in ports]
    endpoints = [{"endpoint": {"address": address}} for address in addresses]
    return {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}]}


def _at_port(holder: Json, port: int) -> None:
    holder["address"]["socket_address"]["port_value"] = port


def _manager(listener: Json) -> Json:
    manager: Json = listener["filter_chains"][0]["filters"][0]["typed_config"]
    return manager


def _filter(manager: Json, name: str) -> Json:
    found: Json = next(item for item in manager["http_filters"] if item["name"] == name)
    return found["typed_config"]  # type: ignore[no-any-return]


def _read(name: str) -> Any:
    return yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
