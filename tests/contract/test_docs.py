"""What the documents say is what is there."""

import ast
import re
from pathlib import Path

import pytest

from stack.cli import main as command_line
from stack.generate_docs import (
    DECISIONS,
    DECISIONS_PAGE,
    SETTINGS_PAGE,
    decisions_page,
    settings_page,
)
from stack.generate_notifications import PAGE as NOTIFICATIONS_PAGE
from stack.generate_notifications import notifications_page

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
COMMAND = re.compile(r"\binergize ([a-z]+)\b(?=[^`\n]*`| --|$)", re.MULTILINE)
TARGET = re.compile(r"(?:^|`)make ([a-z]+)\b", re.MULTILINE)
SHORTEST_WORDS = 8
TEST_FILES = sorted((ROOT / "tests").rglob("test_*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def tests() -> set[str]:
    """The names of all tests, and of their files."""
    names = {name for path in TEST_FILES for name in DEFINED_TEST.findall(path.read_text())}
    assert len(names) > 200
    return names | {path.stem for path in TEST_FILES}


def test_notifications_page_says_what_the_catalogue_says() -> None:
    assert NOTIFICATIONS_PAGE.read_text() == notifications_page(), "run `make generate`"


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


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_commands_that_are_named_exist(page: Path) -> None:
    code = "\n".join(CODE.findall(page.read_text()))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(TARGET.findall(code)) <= targets
    assert set(COMMAND.findall(code)) <= set(command_line.commands)


def _said() -> list[str]:
    """Every text in the code of the stack and the kernel, with gaps where values are put in."""
    files = [*(ROOT / "stack").rglob("*.py"), *(ROOT / "services" / "kernel").rglob("*.py")]
    trees = (ast.parse(path.read_text()) for path in files)
    nodes = (node for tree in trees for node in ast.walk(tree))
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_errors_that_operations_explains_are_still_said() -> None:
    said = _said()
    page = (ROOT / "docs" / "operations.md").read_text()
    table = page.partition("| it says | do |")[2]
    messages = [
        text
        for line in table.splitlines()
        for text in re.findall(r"`([^`]+)`", line.split(" | ")[0])
    ]
    parts = [part.strip(" :;,") for text in messages for part in text.split("…")]
    words = [
        part for part in parts if len(part) >= SHORTEST_WORDS and not part.startswith("LOG_LEVEL")
    ]
    assert len(words) > 15
    assert [part for part in words if not any(part in text for text in said)] == []
