"""`docs/seed.md` names every item of the original design, with a proof or what it waits for."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.seed_items import SEED_ITEMS
from tests.integration.migrations.seed_schema import TABLES
from tests.support.proofs import WAITS, check_test, check_waits

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "seed.md"
ROW = re.compile(r"^\| (?P<item>.+) \| (?P<what>.*) \| (?P<proof>.+) \|$")


@dataclass(frozen=True)
class Row:
    """One item and what is said of it."""

    heading: str
    item: str
    what: str
    proofs: tuple[str, ...]

    def __str__(self) -> str:
        return self.item


def _rows() -> list[Row]:
    rows, heading = [], ""
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        found = ROW.match(line)
        if found and found["item"] != "item":
            proofs = tuple(found["proof"].split("; "))
            rows.append(Row(heading, found["item"], found["what"], proofs))
    return rows


ROWS = _rows()


def test_every_item_has_its_row() -> None:
    listed: dict[str, list[str]] = {}
    for row in ROWS:
        listed.setdefault(row.heading, []).append(row.item)
    assert listed == {heading: list(items) for heading, items in SEED_ITEMS.items()}


def test_every_table_is_an_item() -> None:
    items = {item.strip("`") for items in SEED_ITEMS.values() for item in items}
    assert {table.partition(".")[2] for table in TABLES} <= items


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row_is_proved_or_waits_for_a_known_capability(row: Row) -> None:
    for proof in row.proofs:
        check_waits(proof) if proof.startswith(WAITS) else check_test(proof)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row_says_what_is_done_unless_it_only_waits(row: Row) -> None:
    assert row.what or all(proof.startswith(WAITS) for proof in row.proofs)
