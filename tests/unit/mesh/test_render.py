"""The rendered bootstrap is one Envoy accepts, and follows the topology and the policy."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.kernel.config import settings
from stack.embedded.envoy import binary_path
from stack.mesh import EdgePolicy, render_envoy
from stack.names import SERVICES
from stack.topology import Topology
from tests.unit.mesh.certificate import write_certificate


def validate(configuration: str, folder: Path) -> None:
    path = folder / "envoy.yaml"
    path.write_text(configuration)
    command = [str(binary_path()), "--mode", "validate", "-l", "critical", "-c", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def parsed(configuration: str) -> Any:
    return yaml.load(configuration, Loader=yaml.CSafeLoader)


def with_certificate(topology: Topology) -> Topology:
    """The topology with a certificate made for it."""
    certificate, key = write_certificate(topology.data_dir)
    return Topology(topology.data_dir, topology.ports, tls_certificate=certificate, tls_key=key)


def edge_manager(document: Any) -> Any:
    edge = document["static_resources"]["listeners"][0]
    return edge["filter_chains"][0]["filters"][0]["typed_config"]


def filter_config(document: Any, name: str) -> Any:
    filters = {found["name"]: found for found in edge_manager(document)["http_filters"]}
    return filters[f"envoy.filters.http.{name}"]["typed_config"]


def test_envoy_accepts_the_plain_bootstrap(topology: Topology, tmp_path: Path) -> None:
    validate(render_envoy(topology, EdgePolicy()), tmp_path)


def test_envoy_accepts_the_bootstrap_with_tls_and_cors(topology: Topology, tmp_path: Path) -> None:
    policy = EdgePolicy(cors_origins=("https://app.example",), trusted_hops=1)
    validate(render_envoy(with_certificate(topology), policy), tmp_path)


def test_without_a_policy_the_settings_decide(
    topology: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.cache_clear()
    monkeypatch.setenv("EDGE_CORS_ORIGINS", "https://one.example,https://two.example")
    try:
        document = parsed(render_envoy(topology))
    finally:
        settings.cache_clear()
    (host,) = edge_manager(document)["route_config"]["virtual_hosts"]
    cors = host["typed_per_filter_config"]["envoy.filters.http.cors"]
    origins = [found["exact"] for found in cors["allow_origin_string_match"]]
    assert origins == ["https://one.example", "https://two.example"]


def test_every_listener_has_its_port_and_only_the_edge_may_leave_loopback(
    topology: Topology,
) -> None:
    wide = Topology(topology.data_dir, topology.ports, edge_host="0.0.0.0", edge_port=8443)
    document = parsed(render_envoy(wide, EdgePolicy()))
    addresses = {
        found["name"]: tuple(found["address"]["socket_address"].values())
        for found in document["static_resources"]["listeners"]
        if "internal_listener" not in found
    }
    assert addresses == {
        "edge": ("0.0.0.0", 8443),
        "mesh": ("127.0.0.1", topology.mesh_port),
        "jwks": ("127.0.0.1", topology.jwks_port),
    }
    admin = document["admin"]["address"]["socket_address"]
    assert admin == {"address": "127.0.0.1", "port_value": topology.admin_port}


def test_every_service_has_both_slots_and_no_dead_one_is_used(
    document: Any, topology: Topology
) -> None:
    clusters = {found["name"]: found for found in document["static_resources"]["clusters"]}
    assert clusters.keys() == {*SERVICES, "jwks", "docs", "nowhere"}
    for service in SERVICES:
        (group,) = clusters[service]["load_assignment"]["endpoints"]
        ports = [
            found["endpoint"]["address"]["socket_address"]["port_value"]
            for found in group["lb_endpoints"]
        ]
        assert ports == [found.grpc_port for found in topology.endpoints(service)]
        assert clusters[service]["common_lb_config"]["healthy_panic_threshold"] == {"value": 0}


def test_healthz_needs_every_service(document: Any) -> None:
    needed = filter_config(document, "health_check")["cluster_min_healthy_percentages"]
    assert needed.keys() == set(SERVICES)


def test_filters_stand_in_the_order_that_is_safe(document: Any) -> None:
    names = [found["name"].rpartition(".")[2] for found in edge_manager(document)["http_filters"]]
    assert names == [
        *("health_check", "cors", "grpc_web", "local_ratelimit", "jwt_authn", "buffer"),
        *("grpc_json_transcoder", "router"),
    ]


def test_tls_is_modern_and_remembered(topology: Topology) -> None:
    document = parsed(render_envoy(with_certificate(topology), EdgePolicy()))
    (chain,) = document["static_resources"]["listeners"][0]["filter_chains"]
    context = chain["transport_socket"]["typed_config"]["common_tls_context"]
    assert context["tls_params"]["tls_minimum_protocol_version"] == "TLSv1_2"
    added = edge_manager(document)["route_config"]["response_headers_to_add"]
    assert "strict-transport-security" in {found["header"]["key"] for found in added}
