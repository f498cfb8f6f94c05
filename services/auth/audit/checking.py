"""Checks the chain of seals, and what they cover.

Source: docs/decisions/0107-audit-seals.md
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256

import structlog
from prometheus_client import Gauge

from services.auth.audit import seal_store
from services.auth.audit.encoding import encoded_row, encoded_seal
from services.auth.audit.model import GENESIS, Report, Seal
from services.auth.audit.signing import SealKeys
from services.kernel.db import Database
from services.kernel.deadline import remaining_seconds
from services.kernel.periodic import Cursor, PeriodicJob

DAILY = timedelta(days=1)
AT_FOUR = timedelta(hours=4)
"""04:00 UTC: after the night's clean-up, before anybody looks."""
MOST_SEALS = 10_000
SEALS_AT_ONCE = 200
RESERVE_SECONDS = 5.0
"""A check stops this long before its call's time is up, and says where to go on."""
BROKEN_SEAL = Gauge(
    "inergize_audit_broken_seal", "First seal that did not hold at the last check; 0 for none."
)
log = structlog.get_logger()


class Checker:
    """Recomputes seals."""

    def __init__(self, db: Database, keys: SealKeys) -> None:
        self._db = db
        self._keys = keys

    async def check(self, from_id: int, limit: int) -> Report:
        """Check up to `limit` seals from an id on, until one does not hold or time is short."""
        from_id = max(from_id, 1)
        previous, seals, rows = GENESIS, 0, 0
        async for seal in self._chain(from_id - 1):
            if seal.id == from_id - 1:  # only what the first one follows
                previous = seal
                continue
            if seals == limit or not _has_time():
                return Report(seals, rows, 0, "", next_seal_id=seal.id)
            seals, rows = seals + 1, rows + seal.row_count
            broken_id, problem = await self._problem(seal, previous, from_id)
            if broken_id:
                return Report(seals, rows, broken_id, problem, next_seal_id=seal.id + 1)
            previous = seal
        return Report(seals, rows, 0, "", next_seal_id=0)

    async def count_unsealed(self) -> int:
        """Rows that wait for their seal."""
        last = await seal_store.last_seal(self._db)
        return await seal_store.count_unsealed(self._db, last.to_tx)

    async def check_all(self, cursor: Cursor = None) -> Cursor:
        """A piece of the daily check; what does not hold is logged as an error, and shown."""
        report = await self.check((cursor or {"seal_id": 1})["seal_id"], MOST_SEALS)
        BROKEN_SEAL.set(report.broken_seal_id)
        if report.broken_seal_id:
            log.error("audit_chain_broken", seal_id=report.broken_seal_id, problem=report.problem)
            return None
        return {"seal_id": report.next_seal_id} if report.next_seal_id else None

    def job(self) -> PeriodicJob:
        """The same, every day."""
        return PeriodicJob("check_audit_chain", every=DAILY, offset=AT_FOUR, run=self.check_all)

    async def _chain(self, from_id: int) -> AsyncIterator[Seal]:
        while page := await seal_store.list_seals(self._db, from_id, SEALS_AT_ONCE):
            for seal in page:
                yield seal
            from_id = page[-1].id + 1

    async def _problem(self, seal: Seal, previous: Seal, from_id: int) -> tuple[int, str]:
        """What does not hold, and in which seal; 0 when all does."""
        expected = max(previous.id + 1, from_id - 1)
        if seal.id != expected:
            return expected, "the seal is missing"
        problem = self._problem_of_seal(seal, previous) or await self._problem_of_rows(seal)
        return (seal.id, problem) if problem else (0, "")

    def _problem_of_seal(self, seal: Seal, previous: Seal) -> str:
        if seal.from_tx != previous.to_tx:
            return "the seal does not begin where the one before ends"
        if seal.previous_hash != previous.seal_hash:
            return "the seal does not continue the one before"
        if sha256(encoded_seal(seal)).digest() != seal.seal_hash:
            return "the seal was altered"
        if not self._keys.is_known(seal.key_id):
            return f"the seal was signed with key {seal.key_id!r}, which is not configured"
        if not self._keys.is_genuine(seal.key_id, seal.seal_hash, seal.signature):
            return "the seal's signature is not ours"
        return ""

    async def _problem_of_rows(self, seal: Seal) -> str:
        rows_hash, row_count, altered = sha256(), 0, 0
        async for row, is_intact in seal_store.sealed_rows(self._db, seal.from_tx, seal.to_tx):
            rows_hash.update(encoded_row(row))
            row_count += 1
            altered = altered or (0 if is_intact else row.id)
        if row_count != seal.row_count:
            return f"it covers {seal.row_count} rows, there are {row_count}"
        if rows_hash.digest() != seal.rows_hash:
            return "a row was altered or replaced"
        return f"the data of row {altered} was altered" if altered else ""


def _has_time() -> bool:
    left = remaining_seconds()
    return left is None or left > RESERVE_SECONDS
