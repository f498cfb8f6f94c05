"""The children's log files: bounded in size, shown and followed."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from time import sleep

MAX_BYTES = 10 * 1024 * 1024
_FOLLOW_EVERY_S = 0.2
_TAIL_BYTES = 256 * 1024


def rotate(folder: Path, *, max_bytes: int = MAX_BYTES) -> None:
    """Move what a file that has grown too long holds to `<name>.log.1`, and begin it anew.

    The writers keep their descriptors: they append, so they go on at the new end. A line
    written between the copy and the cut is lost; a full disk would lose more.
    """
    for log in folder.glob("*.log"):
        with suppress(OSError):
            if log.stat().st_size > max_bytes:
                shutil.copyfile(log, log.with_suffix(".log.1"))
                os.truncate(log, 0)


def last_line(log: Path) -> str:
    """The last line that says something, or nothing."""
    lines = [line.strip() for line in tail(log, 20) if line.strip()]
    return lines[-1] if lines else ""


def tail(log: Path, count: int) -> list[str]:
    """The last lines of a file, from the last 256 KiB of it at most."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return text.splitlines()[-count:] if count > 0 else []


def follow(logs: list[Path], *, rounds: Iterable[object]) -> Iterator[tuple[Path, str]]:
    """Yield new lines of the files as they are written, looking once for each of `rounds`."""
    ends = {log: _size(log) for log in logs}
    for _ in rounds:
        for log in logs:
            size = _size(log)
            start = ends[log] if size >= ends[log] else 0
            for line, end in _lines_from(log, start):
                ends[log] = end
                yield log, line
        sleep(_FOLLOW_EVERY_S)


def _lines_from(log: Path, start: int) -> Iterator[tuple[str, int]]:
    """The whole lines after `start`, each with the position after it."""
    try:
        with log.open("rb") as file:
            file.seek(start)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                start += len(line)
                yield line.decode("utf-8", errors="replace").rstrip("\n"), start
    except OSError:
        return


def _size(log: Path) -> int:
    try:
        return log.stat().st_size
    except OSError:
        return 0
