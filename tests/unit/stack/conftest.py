from pathlib import Path

import pytest

from stack.data_dir import DataDir
from stack.secrets import Secrets, load_or_create
from stack.topology import Topology, choose_ports


@pytest.fixture
def place(tmp_path: Path) -> DataDir:
    """An empty data directory."""
    found = DataDir(tmp_path / "data")
    found.create()
    return found


@pytest.fixture
def secrets(place: DataDir) -> Secrets:
    return load_or_create(place)


@pytest.fixture
def topology(place: DataDir) -> Topology:
    return Topology(place.root, choose_ports(place.root, reserved={8080}))
