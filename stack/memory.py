"""How much memory a child really costs: shared pages count by their share."""

from pathlib import Path

import psutil

_KIBIBYTE = 1024


def proportional_bytes(pid: int) -> int:
    """The proportional set size of a process and of all it has started; 0 when it has gone.

    Where the system does not tell it (macOS), what the process alone holds.
    """
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    return sum(_of_one(member) for member in family)


def _of_one(process: psutil.Process) -> int:
    try:
        return _pss(process.pid)
    except OSError:
        return _held_alone(process)


def _pss(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    # A process that has ended but was not reaped yet has no memory, and an empty file.
    sizes = [int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")]
    return sum(sizes) * _KIBIBYTE


def _held_alone(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return 0
