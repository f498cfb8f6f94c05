"""An Envoy in front of each baseline: the stack's own, with only the way to the service changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import yaml

from bench.children import running
from stack.mesh import EdgePolicy, render_envoy
from stack.topology import Topology

Json = dict[str, Any]
OWN_PORTS = ("admin", "mesh", "jwks")
NOT_FOR_PLAIN_HTTP = frozenset(
    f"envoy.filters.http.{name}"
    for name in ("health_check", "grpc_web", "jwt_authn", "grpc_json_transcoder")
)
"""Filters of the edge that a REST service without gRPC or tokens at the edge would not have."""


def beside(topology: Topology, ports: Iterator[int]) -> Topology:
    """The same stack seen by another Envoy, which listens on ports of its own."""
    own = {name: next(ports) for name in OWN_PORTS}
    return replace(topology, edge_port=next(ports), ports={**topology.ports, **own})


def for_grpc(topology: Topology, service_port: int, unused_port: int) -> str:
    """The stack's configuration whose content service is the one at `service_port`."""
    moved = {"content.a.grpc": service_port, "content.b.grpc": unused_port}
    return render_envoy(replace(topology, ports={**topology.ports, **moved}), EdgePolicy())


def for_plain_http(topology: Topology, service_port: int) -> str:
    """The stack's edge without tokens and transcoding: every path leads to one HTTP server."""
    document = yaml.safe_load(render_envoy(topology, EdgePolicy()))
    resources = document["static_resources"]
    edge = next(found for found in resources["listeners"] if found["name"] == "edge")
    _route_everything(edge["filter_chains"][0]["filters"][0]["typed_config"])
    content = next(found for found in resources["clusters"] if found["name"] == "content")
    document["static_resources"] = {
        "listeners": [edge],
        "clusters": [_http_cluster(content, service_port)],
    }
    return yaml.safe_dump(document, sort_keys=False)


def _route_everything(manager: Json) -> None:
    manager["http_filters"] = [
        found for found in manager["http_filters"] if found["name"] not in NOT_FOR_PLAIN_HTTP
    ]
    (host,) = manager["route_config"]["virtual_hosts"]
    host["routes"] = [{"match": {"prefix": "/"}, "route": {"cluster": "http", "timeout": "5s"}}]


def _http_cluster(content: Json, port: int) -> Json:
    """The content service's cluster, but HTTP/1.1 and one endpoint that needs no health checks."""
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    protocol = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    options = content["typed_extension_protocol_options"][protocol]
    kept = {key: content[key] for key in content if key not in {"health_checks", "name"}}
    return {
        **kept,
        "name": "http",
        "typed_extension_protocol_options": {
            protocol: {**options, "explicit_http_config": {"http_protocol_options": {}}}
        },
        "load_assignment": {
            "cluster_name": "http",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }


@contextmanager
def running_edge(like: int, configuration: str, folder: Path, name: str) -> Iterator[int]:
    """Run an Envoy as process `like` was run, same binary, same options; yields its process id."""
    path = folder / f"{name}.yaml"
    path.write_text(configuration)
    command = psutil.Process(like).cmdline()
    command[command.index("--config-path") + 1] = str(path)
    with running(command, folder / f"{name}.log") as process:
        yield process.pid
