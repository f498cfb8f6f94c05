"""One edge for all that only ask it something."""

from collections.abc import Iterator

import httpx
import pytest

from stack.mesh import EdgePolicy
from tests.acceptance.edge.edge import ORIGIN, Edge, running_edge


@pytest.fixture(scope="session")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    policy = EdgePolicy(cors_origins=(ORIGIN,))
    with running_edge(tmp_path_factory.mktemp("edge"), policy) as running:
        yield running


@pytest.fixture
def rest(edge: Edge) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=edge.url, timeout=10) as client:
        yield client
