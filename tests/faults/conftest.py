"""A stack of the fault tests' own: they break it on purpose."""

from collections.abc import Iterator

import pytest

from tests.support.stack import Stack, running_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    # Receivers of webhooks in these tests are on this machine.
    with running_stack(EGRESS_TRUSTED_NETWORKS="127.0.0.0/8") as running:
        yield running
