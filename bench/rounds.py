"""Rounds: every subject in turn, again and again, so that the machine's moods hit all alike."""

import asyncio
import contextlib
import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from bench.children import ROOT
from bench.cpu import CpuMeter
from bench.errors import BenchError
from bench.load import GRACE_SECONDS, LoadSpec
from bench.model import Load, Plan, Subject, Target, Turn, Turns

START_SECONDS = 20.0
GENERATOR = "load generator"


async def run_rounds(
    subjects: Sequence[Subject], target: Target, plan: Plan, say: Callable[[str], None]
) -> Turns:
    """Measure all subjects `plan.rounds` times. Raises BenchError for anything but 200."""
    turns: dict[str, list[Turn]] = {subject.name: [] for subject in subjects}
    for number in range(1, plan.rounds + 1):
        first = number % len(subjects)  # nobody always has the turn after the same other
        for subject in (*subjects[first:], *subjects[:first]):
            turn = await _turn(subject, target, plan)
            turns[subject.name].append(turn)
            say(
                f"round {number}/{plan.rounds}  {subject.name:<14}"
                f" {turn.requests_per_second:8.0f} requests/s"
            )
    return turns


async def _turn(subject: Subject, target: Target, plan: Plan) -> Turn:
    spec = LoadSpec(
        port=subject.port,
        path=target.path,
        token=target.token,
        connections=plan.connections,
        warmup_seconds=plan.warmup_seconds,
        seconds=plan.seconds,
    )
    load, used = await _generate(spec, CpuMeter(subject.processes))
    seconds = {**used, GENERATOR: load.cpu_seconds}
    return Turn(
        requests=load.requests,
        requests_per_second=load.requests / load.seconds,
        p50_ms=load.p50_ms,
        p99_ms=load.p99_ms,
        cpu_micros={part: value / load.requests * 1e6 for part, value in seconds.items()},
    )


async def _generate(spec: LoadSpec, meter: CpuMeter) -> tuple[Load, dict[str, float]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(
            START_SECONDS + spec.warmup_seconds + spec.seconds + GRACE_SECONDS
        ):
            measured = await _converse(process, spec, meter)
            await process.wait()
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if isinstance(error, TimeoutError):
            raise BenchError("the load generator did not end in time") from None
        raise
    else:
        return measured


async def _converse(
    process: asyncio.subprocess.Process, spec: LoadSpec, meter: CpuMeter
) -> tuple[Load, dict[str, float]]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(dataclasses.asdict(spec)).encode())
    process.stdin.close()
    first = await process.stdout.readline()
    if first.strip() != b"measuring":
        raise BenchError(_complaint(first, spec))
    meter.start()
    last = await process.stdout.readline()
    used = meter.stop()
    result = _parsed(last)
    if result is None or "error" in result:
        raise BenchError(_complaint(last, spec))
    return Load(**result), used


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        return dict(json.loads(line))
    except ValueError:
        return None


def _complaint(line: bytes, spec: LoadSpec) -> str:
    said = _parsed(line)
    return f"the load on port {spec.port} failed: {said['error'] if said else line.decode()}"
