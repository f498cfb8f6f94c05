"""What the supervisor tells: lines on the terminal, and the same with their time in stack.log."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

_KEPT_BYTES = 2 * 1024 * 1024


class Reporter:
    """Writes a line to both. A closed terminal or a full disk never stops the supervisor."""

    def __init__(self, journal: Path, terminal: TextIO | None = None) -> None:
        self._journal = journal
        self._terminal: TextIO | None = terminal or sys.stdout

    def say(self, line: str) -> None:
        """Tell one line."""
        self._print(line)
        self.note(line)

    def note(self, line: str) -> None:
        """Write one line to stack.log only."""
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            if self._journal.exists() and self._journal.stat().st_size > _KEPT_BYTES:
                self._journal.replace(self._journal.with_suffix(".log.1"))
            with self._journal.open("a", encoding="utf-8") as file:
                file.write(f"{moment} {line}\n")
        except OSError:
            return

    def leave_terminal(self) -> None:
        """Say nothing more on the terminal: whoever started us has gone on."""
        self._terminal = None

    def _print(self, line: str) -> None:
        if self._terminal is None:
            return
        try:
            print(line, file=self._terminal, flush=True)
        except (OSError, ValueError):
            self._terminal = None
