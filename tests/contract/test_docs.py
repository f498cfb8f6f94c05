"""What the documents say is what is there."""

import re
from pathlib import Path

import pytest

from stack.generate_docs import (
    DECISIONS,
    DECISIONS_PAGE,
    SETTINGS_PAGE,
    decisions_page,
    settings_page,
)

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "protos/*.md", "migrations/*.md", "clients/*/*.md")
    for path in ROOT.glob(pattern)
)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
NAMED_TEST = re.compile(r"\btest_[a-z0-9_]+\b(?!\.py)")
DEFINED_TEST = re.compile(r"def (test_\w+)")
TEST_FILES = sorted((ROOT / "tests").rglob("test_*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def tests() -> set[str]:
    """The names of all tests, and of their files."""
    names = {name for path in TEST_FILES for name in DEFINED_TEST.findall(path.read_text())}
    assert len(names) > 200
    return names | {path.stem for path in TEST_FILES}


def test_settings_page_says_what_the_settings_say() -> None:
    assert SETTINGS_PAGE.read_text() == settings_page(), "run `make generate`"


def test_index_lists_every_decision() -> None:
    assert DECISIONS_PAGE.read_text() == decisions_page(), "run `make generate`"


def test_decisions_are_numbered_once_and_titled_by_their_number() -> None:
    pages = sorted(DECISIONS.glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in pages]
    assert len(set(numbers)) == len(numbers) > 10
    for path in pages:
        assert path.read_text().startswith(f"# {path.name[:4]} "), path
        assert "**Decision.**" in path.read_text(), path


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    prose = CODE.sub("", page.read_text())
    local = [link for link in LINK.findall(prose) if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_tests_that_are_named_exist(page: Path, tests: set[str]) -> None:
    assert set(NAMED_TEST.findall(page.read_text())) - tests == set()
