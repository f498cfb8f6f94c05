"""The baselines' Envoys differ from the stack's only where they must, and Envoy accepts them."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.edges import NOT_FOR_PLAIN_HTTP, for_grpc, for_plain_http
from stack.embedded.envoy import binary_path
from stack.mesh import EdgePolicy, render_envoy
from stack.topology import Topology, choose_ports


@pytest.fixture
def topology(tmp_path: Path) -> Topology:
    return Topology(tmp_path, choose_ports(tmp_path, reserved={8080}))


def manager(document: Any) -> Any:
    edge = document["static_resources"]["listeners"][0]
    return edge["filter_chains"][0]["filters"][0]["typed_config"]


def test_the_grpc_baseline_has_the_same_edge_but_one_endpoint(topology: Topology) -> None:
    ours = render_envoy(topology, EdgePolicy())
    theirs = for_grpc(topology, 40001, 40002)
    differing = [
        (mine.strip(), other.strip())
        for mine, other in zip(ours.splitlines(), theirs.splitlines(), strict=True)
        if mine != other
    ]
    assert [other for _, other in differing] == ["port_value: 40001", "port_value: 40002"]


def test_the_plain_baseline_keeps_all_that_is_not_grpc_or_tokens(topology: Topology) -> None:
    ours = manager(yaml.safe_load(render_envoy(topology, EdgePolicy())))
    theirs = manager(yaml.safe_load(for_plain_http(topology, 40001)))
    names = {found["name"] for found in ours["http_filters"]}
    assert names - {found["name"] for found in theirs["http_filters"]} == NOT_FOR_PLAIN_HTTP
    same = set(ours) - {"http_filters", "route_config"}
    assert {key: theirs[key] for key in same} == {key: ours[key] for key in same}
    assert len(theirs["route_config"]["virtual_hosts"][0]["routes"]) == 1


@pytest.mark.parametrize("kind", ["grpc", "plain"])
def test_envoy_accepts_it(topology: Topology, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "envoy.yaml"
    path.write_text(
        for_grpc(topology, 40001, 40002) if kind == "grpc" else for_plain_http(topology, 40001)
    )
    done = subprocess.run(
        [binary_path(), "--mode", "validate", "--config-path", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
