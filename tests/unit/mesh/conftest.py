"""A stack's addresses, none of them opened."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack.mesh import EdgePolicy, render_envoy
from stack.topology import Topology, _port_names


@pytest.fixture
def topology(tmp_path: Path) -> Topology:
    numbers = count(20_000)
    ports = {name: next(numbers) for name in _port_names()}
    return Topology(data_dir=tmp_path, ports=ports)


@pytest.fixture
def document(topology: Topology) -> Any:
    """The rendered bootstrap."""
    policy = EdgePolicy(cors_origins=("https://app.example",))
    return yaml.load(render_envoy(topology, policy), Loader=yaml.CSafeLoader)
