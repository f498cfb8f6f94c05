"""One stack for the whole run; users come in by the front door."""

from collections.abc import Iterator

import grpc
import pytest

from tests.support.people import sign_up
from tests.support.stack import Stack, User, running_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    # Receivers of webhooks in these tests are on this machine.
    with running_stack(EGRESS_TRUSTED_NETWORKS="127.0.0.0/8") as running:
        yield running


@pytest.fixture(scope="session")
def user(stack: Stack) -> User:
    """A signed-in user whom tests share as long as they change nothing of theirs."""
    return sign_up(stack)


@pytest.fixture(scope="session")
def channel(stack: Stack) -> Iterator[grpc.Channel]:
    """A native gRPC channel to the edge."""
    with grpc.insecure_channel(stack.target) as opened:
        yield opened
