"""`docs/asvs.md` has every requirement of levels 1 and 2, each with one kind of answer."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.proofs import ROOT, WAITS, check_test, check_waits

PAGE = ROOT / "docs" / "asvs.md"
IDS = Path(__file__).with_name("asvs_ids.txt")
"""A line for each requirement of ASVS 5.0.0: its id and its level."""
ROW = re.compile(
    r"^\| (?P<id>V\d+\.\d+\.\d+) \| (?P<level>[12]) \| (?P<what>.+) \| (?P<proof>.+) \|$"
)
ABSENT = "does not apply: "
SHORTEST_WORDS = 3
REFERENCE = re.compile(r"\]\((?P<file>[\w/]+\.md)#(?P<anchor>[\w-]+)\)")
COUNTS = re.compile(r"^\| (?P<kind>[a-z ]+) \| (?P<one>\d+) \| (?P<two>\d+) \| (?P<all>\d+) \|$")


@dataclass(frozen=True)
class Row:
    """One requirement and what is said of it."""

    chapter: str
    id: str
    level: str
    what: str
    proof: str

    def __str__(self) -> str:
        return self.id

    @property
    def kind(self) -> str:
        if self.proof.startswith(ABSENT):
            return "does not apply"
        return "waits" if self.proof.startswith(WAITS) else "shown"


def _rows() -> list[Row]:
    rows, chapter = [], ""
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            chapter = line.removeprefix("## ").split()[0]
        if found := ROW.match(line):
            rows.append(Row(chapter, **found.groupdict()))
    return rows


ROWS = _rows()


def test_every_requirement_has_its_row_in_order() -> None:
    wanted = [tuple(line.split()) for line in IDS.read_text().splitlines()]
    assert len(wanted) == 253
    assert [(row.id, row.level) for row in ROWS] == wanted


def test_every_row_stands_in_its_chapter() -> None:
    assert [row.id for row in ROWS if row.id.split(".")[0] != row.chapter] == []


def test_every_line_that_begins_as_a_row_is_one() -> None:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| V")]
    assert len(lines) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row_is_shown_or_says_why_not(row: Row) -> None:
    assert len(row.what.split()) >= SHORTEST_WORDS
    if row.kind == "does not apply":
        assert len(row.proof.removeprefix(ABSENT).split()) >= SHORTEST_WORDS
        assert "tests/" not in row.proof
    elif row.kind == "waits":
        check_waits(row.proof)
    else:
        for proof in row.proof.split("; "):
            check_test(proof)


def test_counts_of_the_introduction_are_right() -> None:
    counted = Counter((row.kind, row.level) for row in ROWS)
    kinds = ("shown", "does not apply", "waits")
    rows = {kind: (counted[kind, "1"], counted[kind, "2"]) for kind in kinds}
    rows["all"] = (sum(one for one, _ in rows.values()), sum(two for _, two in rows.values()))
    told = {
        found["kind"]: (int(found["one"]), int(found["two"]), int(found["all"]))
        for line in PAGE.read_text().splitlines()
        if (found := COUNTS.match(line))
    }
    assert told == {kind: (one, two, one + two) for kind, (one, two) in rows.items()}


def test_sections_that_are_referred_to_exist() -> None:
    references = set(REFERENCE.findall(PAGE.read_text()))
    assert len(references) > 5
    for file, anchor in references:
        assert anchor in _anchors(PAGE.parent / file), f"{file}#{anchor}"


def _anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
