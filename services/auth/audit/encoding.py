"""The bytes that seals are hashes of.

Every value is preceded by its length, so no two different rows, and no two different lists of
rows, give the same bytes.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from services.auth.audit.model import Seal, SealedRow

FORM = b"inergize.audit_seal.1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INTEGER_BYTES = 9
"""An xid8 is unsigned, an id is signed: both fit."""


def encoded_row(row: SealedRow) -> bytes:
    """A row's bytes: eleven fields, always in this order."""
    return b"".join(
        (
            _integer(row.id),
            _integer(row.tx),
            _instant(row.at),
            _text(row.table_name),
            _text(row.operation),
            _text(row.row_id),
            _field(row.subject.bytes),
            _text(row.actor),
            _text(row.request_id),
            _list(row.changed),
            _field(row.data_hash),
        )
    )


def encoded_seal(seal: Seal) -> bytes:
    """The bytes that a seal's hash is made of: all but the hash itself and its signature."""
    return b"".join(
        (
            _field(FORM),
            _integer(seal.id),
            _integer(seal.from_tx),
            _integer(seal.to_tx),
            _integer(seal.row_count),
            _field(seal.rows_hash),
            _field(seal.previous_hash),
            _instant(seal.sealed_at),
            _text(seal.key_id),
        )
    )


def _field(value: bytes | None) -> bytes:
    return b"\0" if value is None else b"\1" + len(value).to_bytes(8, "big") + value


def _text(value: str | None) -> bytes:
    return _field(None if value is None else value.encode())


def _integer(value: int) -> bytes:
    return _field(value.to_bytes(_INTEGER_BYTES, "big", signed=True))


def _instant(at: datetime) -> bytes:
    return _integer((at - _EPOCH) // _MICROSECOND)


def _list(values: Iterable[str] | None) -> bytes:
    return _field(None if values is None else b"".join(map(_text, values)))
