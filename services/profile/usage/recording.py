"""Keeps account of the calls made to LinkedIn: which, for whom, how they ended, how long."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from services.kernel.db import Database
from services.profile.background import Background
from services.profile.linkedin.transport import CallRecord
from services.profile.usage import store
from services.profile.usage.performance import announce
from services.profile.usage.quotas import Quotas

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Account:
    user_id: UUID
    calls: list[CallRecord] = field(default_factory=list)


_account: ContextVar[_Account | None] = ContextVar("linkedin_calls", default=None)


def observe(call: CallRecord) -> None:
    """Take a finished call from the LinkedIn client."""
    account = _account.get()
    if account is not None:
        account.calls.append(call)


class ApiUsage:
    """The table of calls. A row that cannot be written costs the row, never the call."""

    def __init__(self, db: Database, background: Background, quotas: Quotas) -> None:
        self._db = db
        self._background = background
        self._quotas = quotas

    async def admit(self, endpoint: str, method: str) -> int | None:
        """Ask the quotas for one call on behalf of whom `of` names. Raises QuotaSpent."""
        account = _account.get()
        user_id = None if account is None else account.user_id
        return await self._quotas.admit(user_id, endpoint, method)

    @contextmanager
    def of(self, user_id: UUID, attempt_id: UUID | None = None) -> Iterator[list[CallRecord]]:
        """Note what is called inside on a user's behalf; gives the calls so far."""
        account = _Account(user_id)
        before = _account.set(account)
        try:
            yield account.calls
        finally:
            _account.reset(before)
            if account.calls:
                self._background.start(self._write(user_id, attempt_id, account.calls))

    async def _write(self, user_id: UUID, attempt_id: UUID | None, calls: list[CallRecord]) -> None:
        try:
            async with self._db.transaction() as tx:
                noted = await store.add_api_calls(tx, user_id, attempt_id, calls)
                await announce(tx, user_id, noted)
        except Exception as failed:  # noqa: BLE001 - the account of a call is worth no failure
            log.warning("linkedin_usage_lost", error=type(failed).__name__, calls=len(calls))
        await self._quotas.learn(user_id, calls)
