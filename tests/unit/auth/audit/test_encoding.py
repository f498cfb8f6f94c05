"""The bytes under a seal can be read in one way only, so two logs never hash alike."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.audit.encoding import encoded_row, encoded_seal
from services.auth.audit.model import GENESIS, SealedRow

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
ROWS = st.builds(
    SealedRow,
    id=st.integers(-(2**63), 2**63 - 1),
    tx=st.integers(0, 2**64 - 1),
    at=st.datetimes(timezones=st.just(UTC)),
    table_name=TEXTS,
    operation=TEXTS,
    row_id=st.none() | TEXTS,
    subject=st.uuids(),
    actor=st.none() | TEXTS,
    request_id=st.none() | TEXTS,
    changed=st.none() | st.lists(TEXTS, max_size=3),
    data_hash=st.none() | st.binary(max_size=32),
)


class Reader:
    """Reads the bytes back, by the rule alone: a mark, a length, the value."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def field(self) -> bytes | None:
        mark, self.rest = self.rest[0], self.rest[1:]
        if mark == 0:
            return None
        assert mark == 1
        length = int.from_bytes(self.rest[:8], "big")
        value, self.rest = self.rest[8 : 8 + length], self.rest[8 + length :]
        assert len(value) == length
        return value

    def integer(self) -> int:
        value = self.field()
        assert value is not None
        return int.from_bytes(value, "big", signed=True)

    def text(self) -> str | None:
        value = self.field()
        return None if value is None else value.decode()

    def texts(self) -> list[str] | None:
        value = self.field()
        if value is None:
            return None
        inner, found = Reader(value), []
        while inner.rest:
            found.append(str(inner.text()))
        return found

    def row(self) -> SealedRow:
        return SealedRow(
            id=self.integer(),
            tx=self.integer(),
            at=EPOCH + timedelta(microseconds=self.integer()),
            table_name=str(self.text()),
            operation=str(self.text()),
            row_id=self.text(),
            subject=UUID(bytes=self.field()),
            actor=self.text(),
            request_id=self.text(),
            changed=self.texts(),
            data_hash=self.field(),
        )


@given(st.lists(ROWS, max_size=4))
def test_rows_can_be_read_back_from_their_bytes(rows: list[SealedRow]) -> None:
    reader = Reader(b"".join(map(encoded_row, rows)))

    found = []
    while reader.rest:
        found.append(reader.row())

    assert found == rows


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"actor": "ab", "request_id": "c"}, {"actor": "a", "request_id": "bc"}),
        ({"actor": ""}, {"actor": None}),
        ({"changed": []}, {"changed": None}),
        ({"changed": ["a", "b"]}, {"changed": ["ab"]}),
        ({"changed": ["a"], "data_hash": b""}, {"changed": [], "data_hash": b"a"}),
        ({"row_id": "1", "actor": None}, {"row_id": None, "actor": "1"}),
    ],
)
def test_values_do_not_run_into_each_other(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert encoded_row(_row(**one)) != encoded_row(_row(**other))


@given(st.data())
def test_every_value_of_a_seal_counts(data: st.DataObject) -> None:
    names = ("id", "from_tx", "to_tx", "row_count", "rows_hash", "previous_hash", "key_id")
    name = data.draw(st.sampled_from(names))
    values = {field: getattr(GENESIS, field) for field in GENESIS.__slots__}
    kind: st.SearchStrategy[object] = {
        int: st.integers(1, 2**63 - 1),
        bytes: st.binary(min_size=32, max_size=32).filter(any),
        str: st.text("abc", min_size=1),
    }[type(values[name])]

    altered = type(GENESIS)(**(values | {name: data.draw(kind)}))

    assert encoded_seal(altered) != encoded_seal(GENESIS)


def _row(**values: object) -> SealedRow:
    fields: dict[str, object] = {
        "id": 1,
        "tx": 2,
        "at": EPOCH,
        "table_name": "users",
        "operation": "UPDATE",
        "row_id": None,
        "subject": UUID(int=0),
        "actor": None,
        "request_id": None,
        "changed": None,
        "data_hash": None,
    }
    return SealedRow(**(fields | values))  # type: ignore[arg-type]
