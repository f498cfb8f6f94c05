"""Asking and telling Envoy, over its administration port, what the supervisor needs."""

import http.client
import json
from http import HTTPStatus
from typing import Any

from stack.health import TIMEOUT_S, http_status
from stack.ports import LOOPBACK
from stack.topology import Topology

_EDGE_HEALTH = "/healthz"
_DRAIN = "/drain_listeners?inboundonly&skip_exit"
_ACTIVE_REQUESTS = r"/stats?format=json&filter=^http\.edge\.downstream_rq_active$"


def is_open(topology: Topology) -> bool:
    """Whether a client gets 200 from `/healthz`: every service serves, and Envoy knows it."""
    address = topology.edge_url.partition("://")[2]
    status = http_status(address, _EDGE_HEALTH, is_tls=topology.tls_certificate is not None)
    return status == HTTPStatus.OK


def sends_to(topology: Topology, grpc_port: int) -> bool:
    """Whether Envoy has found the endpoint healthy in every cluster that has it."""
    clusters = _ask_json(topology, "/clusters?format=json").get("cluster_statuses", [])
    hosts = [
        host
        for cluster in clusters
        for host in cluster.get("host_statuses", [])
        if host["address"].get("socket_address", {}).get("port_value") == grpc_port
    ]
    return bool(hosts) and all(_is_healthy(host["health_status"]) for host in hosts)


def close_to_clients(topology: Topology) -> None:
    """Take no new connections from outside; calls between services go on."""
    _ask(topology, "POST", _DRAIN)


def requests_in_flight(topology: Topology) -> int:
    """How many requests from outside are being answered; 0 also when Envoy does not say."""
    stats = _ask_json(topology, _ACTIVE_REQUESTS).get("stats", [])
    return sum(int(stat.get("value", 0)) for stat in stats)


def _is_healthy(status: dict[str, object]) -> bool:
    is_refused = status.get("failed_active_health_check") or status.get("failed_outlier_check")
    return status.get("eds_health_status") == "HEALTHY" and not is_refused


def _ask_json(topology: Topology, path: str) -> dict[str, Any]:
    """The answer as an object; an empty one when there is none, or it is none of Envoy's."""
    try:
        found = json.loads(_ask(topology, "GET", path) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ask(topology: Topology, method: str, path: str) -> bytes | None:
    connection = http.client.HTTPConnection(LOOPBACK, topology.admin_port, timeout=TIMEOUT_S)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.read() if answer.status == HTTPStatus.OK else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
