"""The sandbox's state on disk: one SQLite file that a kill at any moment leaves whole."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.kernel.sql import beside

_HERE = Path(__file__).parent

_SCHEMA = (_HERE / "schema.sql").read_text(encoding="utf-8")
# A change of the tables takes a new name: an old sandbox's state is not worth migrating.
_NAME = f"linkedin-{hashlib.sha256(_SCHEMA.encode()).hexdigest()[:8]}"

Value = str | int | float | None


class Database:
    """Named queries over one connection, used from one thread."""

    def __init__(self, data_dir: Path) -> None:
        """Open, or make, the file in `data_dir`."""
        data_dir.mkdir(parents=True, exist_ok=True)
        self._queries = beside(__file__)
        self._connection = sqlite3.connect(data_dir / f"{_NAME}.sqlite3", isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        counts = str(data_dir / f"{_NAME}-usage.sqlite3")
        self._connection.execute("ATTACH DATABASE :counts AS usage", {"counts": counts})
        self._connection.execute("PRAGMA main.journal_mode = WAL")
        self._connection.execute("PRAGMA usage.journal_mode = WAL")
        # A commit is on disk before anyone is told of it; even a power cut keeps it.
        self._connection.execute("PRAGMA main.synchronous = FULL")
        # Counting calls is not worth waiting for the disk; a kill of the process loses none.
        self._connection.execute("PRAGMA usage.synchronous = OFF")
        self._connection.executescript(_SCHEMA)

    def run(self, query: str, **parameters: Value) -> None:
        """Run a query whose rows do not matter."""
        self.all(query, **parameters)

    def one(self, query: str, **parameters: Value) -> sqlite3.Row | None:
        """The first row, if any."""
        return next(iter(self.all(query, **parameters)), None)

    def all(self, query: str, **parameters: Value) -> list[sqlite3.Row]:
        """All rows; a query that changes something is run to its end."""
        return self._connection.execute(self._queries[query], parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Do not await inside: the connection is shared by every request."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything."""
        with self.transaction():
            for name in self._queries.names():
                if name.startswith("clear_"):
                    self.run(name)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
