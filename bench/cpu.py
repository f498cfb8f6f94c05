"""Processor time of groups of processes."""

from collections.abc import Mapping

import psutil

Seconds = dict[int, float]
"""Process id to processor time so far."""


class CpuMeter:
    """Measures how much processor time each part uses from `start` to `stop`."""

    def __init__(self, parts: Mapping[str, int]) -> None:
        """`parts` names the root process of each; what it has started counts with it."""
        self._parts = parts
        self._before: dict[str, Seconds] = {}

    def start(self) -> None:
        """Begin. Raises psutil.NoSuchProcess when a part has gone."""
        self._before = self._read()

    def stop(self) -> dict[str, float]:
        """Part to seconds since `start`; a process that began meanwhile counts in full."""
        return {
            part: sum(used - self._before[part].get(pid, 0.0) for pid, used in now.items())
            for part, now in self._read().items()
        }

    def _read(self) -> dict[str, Seconds]:
        return {part: _group_seconds(pid) for part, pid in self._parts.items()}


def _group_seconds(root: int) -> Seconds:
    process = psutil.Process(root)
    group = [process, *process.children(recursive=True)]
    return {member.pid: _seconds(member) for member in group}


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
