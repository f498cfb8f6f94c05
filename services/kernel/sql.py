"""Loads `queries.sql`: each statement by its name.

A query is `-- name --`, a purpose, a legend of its parameters and the statement.
"""

import re
from pathlib import Path
from typing import LiteralString, cast

_HEADER = re.compile(r"^-- ([a-z][a-z0-9_]*) --$", re.MULTILINE)


class Queries:
    """The statements of one `queries.sql`."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises ValueError for a name that is there twice."""
        parts = _HEADER.split(path.read_text())[1:]
        names, bodies = parts[0::2], parts[1::2]
        if len(set(names)) != len(names):
            raise ValueError(f"{path}: a query name is there twice")
        statements = dict(zip(names, map(_without_comments, bodies), strict=True))
        self._statements = cast("dict[str, LiteralString]", statements)

    def __getitem__(self, name: str) -> LiteralString:
        """The statement of that name. Files are code, so their text counts as literal."""
        return self._statements[name]

    def names(self) -> list[str]:
        """All names, in the order of the file."""
        return list(self._statements)


def _without_comments(body: str) -> str:
    kept = (line for line in body.splitlines() if not line.lstrip().startswith("--"))
    return "\n".join(kept).strip().rstrip(";")


def beside(module_file: str) -> Queries:
    """Load the `queries.sql` in a module's folder, which passes its `__file__`."""
    return Queries(Path(module_file).with_name("queries.sql"))
