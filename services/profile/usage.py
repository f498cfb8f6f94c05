"""Keeps count of the calls made to LinkedIn: which, for whom, how they ended, how long."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

import structlog

from services.kernel.db import Database
from services.profile import store
from services.profile.background import Background
from services.profile.linkedin_transport import CallRecord

log = structlog.get_logger()
_calls: ContextVar[list[CallRecord] | None] = ContextVar("linkedin_calls", default=None)


def observe(call: CallRecord) -> None:
    """Take a finished call from the LinkedIn client."""
    calls = _calls.get()
    if calls is not None:
        calls.append(call)


class ApiUsage:
    """The table of calls. A row that cannot be written costs the row, never the call."""

    def __init__(self, db: Database, background: Background) -> None:
        self._db = db
        self._background = background

    @contextmanager
    def of(self, user_id: UUID, attempt_id: UUID | None = None) -> Iterator[list[CallRecord]]:
        """Note what is called inside on a user's behalf; gives the calls so far."""
        calls: list[CallRecord] = []
        before = _calls.set(calls)
        try:
            yield calls
        finally:
            _calls.reset(before)
            if calls:
                self._background.start(self._write(user_id, attempt_id, calls))

    async def _write(self, user_id: UUID, attempt_id: UUID | None, calls: list[CallRecord]) -> None:
        try:
            await store.add_api_calls(self._db, user_id, attempt_id, calls)
        except Exception as failed:  # noqa: BLE001 - the account of a call is worth no failure
            log.warning("linkedin_usage_lost", error=type(failed).__name__, calls=len(calls))
