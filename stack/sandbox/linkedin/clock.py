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
        return _machine_ms() + self.ahead_ms()

    def ahead_ms(self) -> int:
        """How far the sandbox is ahead of the machine; negative when it is behind."""
        row = self._database.one("get_clock_offset")
        return int(row["offset_ms"]) if row else 0

    def set_to(self, now_ms: int | None) -> None:
        """Make it `now_ms`, from where it goes on; None for the machine's time."""
        offset_ms = 0 if now_ms is None else now_ms - _machine_ms()
        self._database.run("set_clock_offset", offset_ms=offset_ms)


def _machine_ms() -> int:
    return time.time_ns() // 1_000_000
