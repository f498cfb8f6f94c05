"""`make bench`: our service and two baselines, measured side by side in one run."""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psutil

from bench.account import open_account
from bench.children import ROOT
from bench.errors import BenchError
from bench.machine import this_machine
from bench.model import Plan, Turns
from bench.own_stack import own_stack
from bench.report import as_json, as_text, update_page
from bench.rounds import run_rounds
from bench.subjects import running_subjects
from bench.summary import summarize
from stack.errors import StackError

PAGE = ROOT / "docs" / "benchmarks.md"
QUICK = Plan(rounds=1, seconds=1.0, warmup_seconds=0.5, connections=8)
INTERRUPTED = 130
MOST_CONNECTIONS = 200


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print. Not 0 only when the run is broken: a benchmark is not a test."""
    options = _parse(arguments)
    plan = QUICK if options.quick else _plan(options)
    try:
        with _ended_by_signal():
            machine = this_machine()
            turns = _measure(plan)
            summary = summarize(turns)
            print(f"\n{as_text(summary, plan, machine)}")
            if options.json:
                document = as_json(summary, turns, plan, machine)
                options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
            if options.update_docs:
                update_page(PAGE, summary, plan, machine)
    except (BenchError, StackError, OSError, psutil.Error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _measure(plan: Plan) -> Turns:
    with tempfile.TemporaryDirectory(prefix="inergize-bench-") as name:
        folder = Path(name)
        _say("starting a stack")
        with own_stack(folder) as stack:
            target = open_account(stack)
            _say("starting the baselines")
            with running_subjects(stack, target, folder) as subjects:
                return asyncio.run(run_rounds(subjects, target, plan, _say))


def _say(line: str) -> None:
    print(line, flush=True)


@contextlib.contextmanager
def _ended_by_signal() -> Iterator[None]:
    """SIGTERM ends the run as Ctrl-C does: what was started is stopped."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each turn")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--quick", action="store_true", help="one short round: does it run at all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there")
    parser.add_argument("--update-docs", action="store_true", help=f"write {PAGE.name}")
    options = parser.parse_args(list(arguments))
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("at least one round of some length is needed")
    if not 1 <= options.connections <= MOST_CONNECTIONS:
        parser.error(f"connections are 1 to {MOST_CONNECTIONS}")
    return options


def _plan(options: argparse.Namespace) -> Plan:
    return Plan(
        options.rounds, options.seconds, warmup_seconds=1.0, connections=options.connections
    )
