from collections.abc import Iterator

import pytest

from tests.acceptance.stack.running import Stack, new_stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A ready stack that the tests of one file share."""
    with new_stack(tmp_path_factory.mktemp("stack")) as found:
        found.wait_ready()
        yield found
