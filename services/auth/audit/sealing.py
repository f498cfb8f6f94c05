"""Seals the audit log: each minute what has been written since, chained and signed.

Source: docs/decisions/0107-audit-seals.md
"""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import structlog
from prometheus_client import Gauge

from services.auth.audit import seal_store
from services.auth.audit.encoding import encoded_row, encoded_seal
from services.auth.audit.model import GENESIS, Seal
from services.auth.audit.signing import SealKeys
from services.kernel.db import Database, Transaction
from services.kernel.periodic import Cursor, PeriodicJob

EVERY = timedelta(minutes=1)
MOST_ROWS = 20_000
"""A seal covers more only when one transaction wrote more."""
LAST_SEAL = Gauge("inergize_audit_last_seal", "Number of the newest seal; it never goes back.")
log = structlog.get_logger()


class Sealer:
    """Appends seals. Any number of processes may try; one at a time does."""

    def __init__(self, db: Database, keys: SealKeys) -> None:
        self._db = db
        self._keys = keys
        self._newest = GENESIS

    async def seal(self, _: Cursor = None) -> Cursor:
        """Append one seal over what is finished and unsealed; says whether more waits.

        Nothing to seal appends none. Raises CryptoError without a key.
        """
        async with self._db.transaction() as tx:
            await seal_store.lock_seals(tx)
            last = await seal_store.last_seal(tx)
            self._notice_loss(last)
            # After the lock: what another process has sealed meanwhile is not sealed again.
            horizon, at = await seal_store.horizon(tx)
            end = await self._end(tx, last.to_tx, horizon)
            if end is None:
                return None
            seal = await self._made(tx, last, end, at)
            await seal_store.add_seal(tx, seal)
        self._newest = seal
        LAST_SEAL.set(seal.id)
        # Kept elsewhere, these lines show a chain that was cut short: nothing inside it can.
        log.info("audit_sealed", seal_id=seal.id, seal_hash=seal.seal_hash.hex())
        return {"again": True} if end < horizon else None

    def job(self) -> PeriodicJob:
        """The same, every minute."""
        return PeriodicJob("seal_audit_log", every=EVERY, run=self.seal)

    async def _end(self, tx: Transaction, begin: int, horizon: int) -> int | None:
        """Where the next seal ends, always between two transactions; None for none."""
        if horizon < begin:
            # Transactions are numbered anew: the data came here by way of a dump.
            log.error("audit_log_of_another_cluster", sealed_to=begin, horizon=horizon)
            return None
        first = await seal_store.first_tx(tx, begin, horizon)
        if first is None:
            return None
        cut = await seal_store.tx_of_row(tx, begin, horizon, MOST_ROWS)
        return horizon if cut is None else max(cut, first + 1)

    async def _made(self, tx: Transaction, last: Seal, end: int, at: datetime) -> Seal:
        rows_hash, row_count = sha256(), 0
        async for row, _ in seal_store.sealed_rows(tx, last.to_tx, end):
            rows_hash.update(encoded_row(row))
            row_count += 1
        unsigned = replace(
            GENESIS,
            id=last.id + 1,
            from_tx=last.to_tx,
            to_tx=end,
            row_count=row_count,
            rows_hash=rows_hash.digest(),
            previous_hash=last.seal_hash,
            sealed_at=at,
            key_id=self._keys.signing_key_id,
        )
        seal_hash = sha256(encoded_seal(unsigned)).digest()
        return replace(unsigned, seal_hash=seal_hash, signature=self._keys.sign(seal_hash))

    def _notice_loss(self, last: Seal) -> None:
        """Say so when a seal that this process has seen is gone."""
        if last.id < self._newest.id:
            log.error("audit_seals_lost", last_seal=last.id, had_seal=self._newest.id)
