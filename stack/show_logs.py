"""`inergize logs`: the end of one log or of all, and what is added to them."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import repeat
from pathlib import Path

import click

from stack.data_dir import DataDir
from stack.errors import StackError
from stack.logs import follow, tail


def show(place: DataDir, name: str | None, *, lines: int, goes_on: bool) -> None:
    """Print the last lines, each named when there are several logs; then, if asked, go on."""
    chosen = _chosen(place, name)
    # Ctrl-C is how this usually ends.
    with suppress(KeyboardInterrupt):
        for log, line in _lines(chosen, lines, goes_on=goes_on):
            _print(log, line, is_named=name is None)


def _lines(logs: list[Path], count: int, *, goes_on: bool) -> Iterator[tuple[Path, str]]:
    for log in logs:
        for line in tail(log, count):
            yield log, line
    if goes_on:
        yield from follow(logs, rounds=repeat(object()))


def _chosen(place: DataDir, name: str | None) -> list[Path]:
    found = {log.stem: log for log in sorted(place.logs.glob("*.log"))}
    found["stack"] = place.journal
    if name is None:
        return list(found.values())
    if name not in found:
        raise StackError(f"there is no log of {name}; there are: {', '.join(found)}")
    return [found[name]]


def _print(log: Path, line: str, *, is_named: bool) -> None:
    click.echo(f"{log.stem:<12} {line}" if is_named else line)
