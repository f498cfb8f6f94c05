"""`python -m bench.login_flood`: what a flood of sign-ins costs everybody else.

Sign-ins with wrong passwords come from as many networks as there are requests, so that nothing but
the bound on password checks holds them; meanwhile another process reads as a signed-in user does.
"""

import argparse
import asyncio
import dataclasses
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.account import open_account
from bench.children import ROOT
from bench.errors import BenchError
from bench.figures import PAGE, table, write_section
from bench.machine import this_machine
from bench.own_stack import own_stack
from bench.steady import Seen, Steady, pooled

PATHS = ("/v1/users/me", "/v1/content?pageSize=10")
READS_PER_SECOND = 50.0
CAPACITY_SECONDS = 8.0
PROBE_LOGINS_PER_SECOND = 120.0
FLOOD_FACTOR = 4
LEAD_SECONDS = 1.0
"""The flood begins so much sooner than the reads."""
P99 = 0.99
ALLOWED_FACTOR = 2.0
"""The readers' p99 under the flood, in multiples of the idle one."""


@dataclass(frozen=True, slots=True)
class Result:
    """One comparison: turns with the flood and turns without it, by turns."""

    capacity_per_second: float
    idle: tuple[Seen, ...]
    flooded: tuple[Seen, ...]
    flood: Seen

    @property
    def factor(self) -> float:
        """How much slower the slowest hundredth of the reads was, over all turns."""
        return pooled(self.flooded).at(P99) / pooled(self.idle).at(P99)

    @property
    def median_factor(self) -> float:
        """The same within a round: the median of the rounds."""
        pairs = zip(self.idle, self.flooded, strict=True)
        return statistics.median(flooded.at(P99) / idle.at(P99) for idle, flooded in pairs)


async def measure(port: int, token: str, rounds: int, seconds: float) -> Result:
    """Read with a flood of FLOOD_FACTOR times what password checks can take, and without.

    By turns of some seconds, so that the machine's moods hit both alike.
    """
    probe = Steady(port, PROBE_LOGINS_PER_SECOND, CAPACITY_SECONDS, is_spread=True)
    tried = await generate(probe)
    capacity = tried.answers.get("CREDENTIALS_INVALID", 0) / tried.seconds
    if not capacity:
        raise BenchError(f"no sign-in was checked: {tried.answers}")
    reads = Steady(port, READS_PER_SECOND, seconds, PATHS, token)
    flood = Steady(port, capacity * FLOOD_FACTOR, seconds + LEAD_SECONDS, is_spread=True)
    idle, flooded, floods = [], [], []
    for _ in range(rounds):
        idle.append(await generate(reads))
        flooding = asyncio.create_task(generate(flood))
        await asyncio.sleep(LEAD_SECONDS)
        flooded.append(await generate(reads))
        floods.append(await flooding)
    return Result(capacity, tuple(idle), tuple(flooded), pooled(floods))


async def generate(spec: Steady) -> Seen:
    """Have a process of its own send the load."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.steady"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate(json.dumps(dataclasses.asdict(spec)).encode())
    if process.returncode:
        raise BenchError("the load generator failed")
    return Seen(**json.loads(printed))


def section(result: Result) -> str:
    """The figures, for people."""
    rows: list[tuple[str, ...]] = [
        ("", "reads p50 ms", "reads p99 ms", "reads worst ms", "answers")
    ]
    for name, turns in (("without", result.idle), ("with the flood", result.flooded)):
        seen = pooled(turns)
        figures = (f"{seen.at(share):.1f}" for share in (0.5, P99, 1.0))
        rows.append((name, *figures, _told(seen)))
    offered = sum(result.flood.answers.values()) / result.flood.seconds
    said = (
        f"The reads' p99 under the flood is {result.factor:.2f} times that without; the median of"
        f" the {len(result.idle)} rounds is {result.median_factor:.2f} (allowed:"
        f" {ALLOWED_FACTOR:g}). Password checks managed {result.capacity_per_second:.0f} a second;"
        f" the flood offered {offered:.0f} a second, {result.flood.seconds:.0f} s in all, and was"
        f" answered: {_told(result.flood)}."
    )
    return "\n".join((*table(rows), "", said))


def _told(seen: Seen) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(seen.answers.items()))


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print. Not 0 when the run is broken or the reads were too slow."""
    parser = argparse.ArgumentParser(prog="bench.login_flood", description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each turn")
    parser.add_argument("--update-docs", action="store_true", help=f"write {PAGE.name}")
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args(list(arguments))
    settings = dict(setting.split("=", 1) for setting in options.setting)
    machine = this_machine()
    with (
        tempfile.TemporaryDirectory(prefix="inergize-flood-") as name,
        own_stack(Path(name), settings) as up,
    ):
        target = open_account(up)
        port = int(up.addresses()["INERGIZE_URL"].rpartition(":")[2])
        result = asyncio.run(measure(port, target.token, options.rounds, options.seconds))
    print(section(result))
    if options.update_docs:
        write_section(PAGE, "login flood", section(result), machine)
    return 0 if result.median_factor <= ALLOWED_FACTOR else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
