"""The sandbox's time: the machine's, moved as far ahead as the control interface asks."""

import time

from stack.sandbox.linkedin.database import Database


class Clock:
    """Tells the time in milliseconds since 1970; what it was moved by survives a restart."""

    def __init__(self, database: Database) -> None:
        """Take up the offset that `database` holds."""
        self._database = database

    def now_ms(self) -> int:
        """Now, by the sandbox."""
        return time.time_ns() // 1_000_000 + self._offset_ms()

    def advance(self, milliseconds: int) -> None:
        """Move on (or back, with a negative number)."""
        self._database.run("set_clock_offset", offset_ms=self._offset_ms() + milliseconds)

    def _offset_ms(self) -> int:
        row = self._database.one("get_clock_offset")
        return int(row["offset_ms"]) if row else 0
