"""Our own source code, as trees: for tests about what it never does."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    path.relative_to(ROOT)
    for folder in ("services", "workers", "stack")
    for path in (ROOT / folder).rglob("*.py")
)
"""Every module of ours, relative to the root."""


@lru_cache
def tree(path: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse((ROOT / path).read_text())


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call that is written in the module."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def named(function: ast.expr) -> str:
    """What is called, as it is written: `os.system`."""
    return ast.unparse(function)


def imported(path: Path) -> Iterator[str]:
    """What the module imports: whole names, and the package each is in."""
    for node in ast.walk(tree(path)):
        for name in _names(node):
            yield from (name, name.partition(".")[0])


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
