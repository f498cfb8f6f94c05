"""Reads one CSV file of an archive: rows by column name, and what could not be read."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from services.profile.imports.model import Problem

MOST_ROWS = 200_000
"""Of one file; nobody has written so many messages."""
_LONGEST_FIELD = 1 << 20

_T = TypeVar("_T")
Row = Mapping[str, str]
"""A row by lower-case column name; a missing column reads as ""."""


class RowUnreadable(Exception):
    """A row that cannot be read; the text is the reason, without the row's own words."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one file, lazily; `needed` are the columns without which it is another file."""

    name: str
    content: bytes
    needed: frozenset[str]

    def read(self, parse: Callable[[Row], _T | None]) -> Iterator[_T | Problem]:
        """What each row says, or why it says nothing; None of `parse` leaves a row out.

        The notes that LinkedIn puts above some tables are skipped.
        """
        lines = _Lines(self.content)
        rows = csv.reader(lines)
        header = self._header(rows)
        if header is None:
            wanted = ", ".join(sorted(self.needed))
            yield Problem(self.name, 0, f"it has no columns {wanted}")
            return
        yield from self._rows(rows, header, parse)

    def _header(self, rows: Iterator[list[str]]) -> list[str] | None:
        try:
            for cells in rows:
                names = [cell.strip().lower() for cell in cells]
                if self.needed <= set(names):
                    return names
        except csv.Error:
            return None
        return None

    def _rows(
        self, rows: Iterator[list[str]], header: list[str], parse: Callable[[Row], _T | None]
    ) -> Iterator[_T | Problem]:
        number = 0
        while True:
            line = getattr(rows, "line_num", 0) + 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as broken:
                yield Problem(self.name, line, str(broken))
                continue
            if not any(cells):
                continue
            number += 1
            if number > MOST_ROWS:
                yield Problem(self.name, line, f"only the first {MOST_ROWS} rows are read")
                return
            try:
                said = parse(_Row(zip(header, map(str.strip, cells), strict=False)))
            except RowUnreadable as reason:
                yield Problem(self.name, line, str(reason))
                continue
            if said is not None:
                yield said


class _Row(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


class _Lines:
    """A file's lines as text; bytes that are no UTF-8 become replacement characters."""

    def __init__(self, content: bytes) -> None:
        text = content.decode("utf-8-sig", "replace").replace("\x00", "")
        self._lines = io.StringIO(text, newline="")

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)


def time_of(text: str, *formats: str) -> datetime:
    """A time in the archive, which is in UTC. Raises RowUnreadable."""
    for one in formats:
        try:
            return datetime.strptime(text.removesuffix(" UTC"), one).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise RowUnreadable("its date is missing or in a form that is not known")


def _allow_long_fields() -> None:
    # The module's own limit is process-wide and smaller than LinkedIn's longest articles.
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))


_allow_long_fields()
