"""What the audit log is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class SealedRow:
    """What a seal covers of a row: everything but what an erasure takes away."""

    id: int
    tx: int
    at: datetime
    table_name: str
    operation: str
    row_id: str | None
    subject: UUID
    actor: str | None
    request_id: str | None
    changed: Sequence[str] | None
    data_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of the chain: the hash of a range of rows and of the link before."""

    id: int
    from_tx: int
    """The first transaction it covers."""
    to_tx: int
    """The first one it does not."""
    row_count: int
    rows_hash: bytes
    previous_hash: bytes
    sealed_at: datetime
    key_id: str
    seal_hash: bytes
    signature: bytes


GENESIS = Seal(
    id=0,
    from_tx=0,
    to_tx=0,
    row_count=0,
    rows_hash=bytes(HASH_BYTES),
    previous_hash=bytes(HASH_BYTES),
    sealed_at=datetime.min.replace(tzinfo=UTC),
    key_id="",
    seal_hash=bytes(HASH_BYTES),
    signature=b"",
)
"""What the first seal follows; it is nowhere stored."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check of the chain has found."""

    checked_seals: int
    checked_rows: int
    broken_seal_id: int
    """The first seal that does not hold; 0 when all do."""
    problem: str
    next_seal_id: int
    """Where to go on; 0 at the end."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log, for reading."""

    id: int
    at: datetime
    event: str
    """`signed_in`, or table and operation: `users.update`."""
    actor: str
    """`user:<id>`, `svc:<name>`, `anonymous`, `admin`; empty when nobody is known."""
    request_id: str
    changed: Sequence[str]
    details: Mapping[str, Any]
    user_id: UUID | None
    subject: UUID


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are asked for."""

    from_at: datetime | None
    until_at: datetime | None
    events: Sequence[str]
    """All when empty."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of transactions: after this row."""

    tx: int
    row_id: int


@dataclass(frozen=True, slots=True)
class UserChange:
    """An account has changed."""

    user_id: UUID
    changed: Sequence[str]
    at: datetime
    place: Place
