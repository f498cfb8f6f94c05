"""Bounds how many calls run at once: all of them together, and the streams of each user.

A stream lasts minutes. Without a bound of their own, one user's streams took every place there is,
and the service refused everybody, health checks included.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from services.kernel.caller import maybe_caller
from services.kernel.errors import TooManyCalls, TooManyStreams

MOST_CALLS = 900
"""In one process; below gRPC's own limit, whose refusal has no reason and hits health checks."""
MOST_STREAMS_PER_USER = 20
"""In one process."""
RETRY_AFTER = timedelta(seconds=1)


class Crowd:
    """The calls that are running in one server."""

    def __init__(self) -> None:
        self._calls = 0
        self._streams: Counter[UUID] = Counter()

    @contextmanager
    def call(self) -> Iterator[None]:
        """A place for one call. Raises TooManyCalls."""
        if self._calls >= MOST_CALLS:
            raise TooManyCalls(retry_after=RETRY_AFTER)
        self._calls += 1
        try:
            yield
        finally:
            self._calls -= 1

    @contextmanager
    def stream(self) -> Iterator[None]:
        """A place for one stream of the signed-in caller. Raises TooManyStreams."""
        caller = maybe_caller()
        if caller is None:
            yield
            return
        if self._streams[caller.user_id] >= MOST_STREAMS_PER_USER:
            raise TooManyStreams(retry_after=RETRY_AFTER)
        self._streams[caller.user_id] += 1
        try:
            yield
        finally:
            self._leave(caller.user_id)

    def _leave(self, user_id: UUID) -> None:
        self._streams[user_id] -= 1
        if not self._streams[user_id]:
            del self._streams[user_id]
