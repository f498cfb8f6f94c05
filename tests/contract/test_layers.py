"""Who may import whom, and where SQL and the environment are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("auth", "profile", "content", "automation", "safety", "analytics")
FILES = sorted(
    path for folder in ("services", "workers", "stack") for path in (ROOT / folder).rglob("*.py")
)
ORDER = ("model", "store", "domain", "servicer", "__main__")
"""A file of a room may import those before it, and its own kind."""
SQL = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|WITH)\s", re.ASCII)
SQL_ALLOWED = {
    "services/kernel/migrate.py": "DROP INDEX CONCURRENTLY ",  # the name is not a parameter
}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _may_not_import(path: Path) -> tuple[str, ...]:
    parts = path.relative_to(ROOT).parts
    if parts[0] == "stack":
        return ()
    if parts[0] == "workers":
        return ("stack", *(f"services.{room}" for room in ROOMS))
    others = [room for room in ROOMS if room != parts[1]]
    return ("stack", "workers", *(f"services.{room}" for room in others))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_imports_stay_within_their_layer(path: Path) -> None:
    forbidden = _may_not_import(path)
    found = [
        name
        for name in _imports(path)
        if any(f"{name}.".startswith(f"{bad}.") for bad in forbidden)
    ]
    assert not found, f"{_name(path)} imports {found}"


def _rank(stem: str) -> int | None:
    kinds = {"internal_servicer": "servicer"}
    kind = kinds.get(stem, stem)
    return ORDER.index(kind) if kind in ORDER else None


@pytest.mark.parametrize("path", [p for p in FILES if p.parts[-2] in ROOMS], ids=_name)
def test_room_imports_point_one_way(path: Path) -> None:
    rank = _rank(path.stem)
    if rank is None:
        return
    own = f"services.{path.parts[-2]}."
    for name in _imports(path):
        other = _rank(name.removeprefix(own).split(".")[0]) if name.startswith(own) else None
        assert other is None or other <= rank, f"{_name(path)} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_sql_is_only_in_queries_sql(path: Path) -> None:
    strings = (
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    found = [text for text in strings if SQL.match(text) and text.upper()[:12] == text[:12]]
    assert not [text for text in found if text != SQL_ALLOWED.get(_name(path))]


ENVIRONMENT = ("os.environ", "os.getenv", "os.environb")
ENVIRONMENT_READERS = {
    "services/kernel/config.py",
}


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_environment_is_read_only_in_config(path: Path) -> None:
    if _name(path) in ENVIRONMENT_READERS:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        is_read = isinstance(node, ast.Attribute) and ast.unparse(node) in ENVIRONMENT
        assert not is_read or _is_passed_on(path, node), f"{_name(path)}:{node.lineno}"  # type: ignore[attr-defined]


def _is_passed_on(path: Path, node: ast.AST) -> bool:
    """Handing the whole environment to a new program, or replacing it, reads nothing from it."""
    line = path.read_text().splitlines()[node.lineno - 1]  # type: ignore[attr-defined]
    return any(word in line for word in ("os.execve(", "os.environ.clear()", "os.environ.update("))


QUERY_FILES = sorted((ROOT / "services").rglob("queries.sql"))


@pytest.mark.parametrize("path", QUERY_FILES, ids=_name)
def test_queries_have_name_purpose_and_legend(path: Path) -> None:
    blocks = re.split(r"(?m)^-- ([a-z][a-z0-9_]*) --$", path.read_text())[1:]
    for name, body in zip(blocks[0::2], blocks[1::2], strict=True):
        comments = [line for line in body.strip().splitlines() if line.startswith("-- ")]
        assert comments, f"{_name(path)}: {name} has no purpose"
        used = {int(number) for number in re.findall(r"\$(\d+)", _statement(body))}
        told = {int(number) for number in re.findall(r"\$(\d+)", "\n".join(comments))}
        assert used == told, f"{_name(path)}: {name} uses {used}, its legend tells {told}"
        assert "SELECT *" not in body.upper(), f"{_name(path)}: {name} names no columns"


def _statement(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if not line.lstrip().startswith("--"))
