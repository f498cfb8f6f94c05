"""The result as text, as JSON, and as the figures of docs/benchmarks.md."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.machine import Machine
from bench.model import Plan, Turns
from bench.summary import Figures, Ratio, Summary

BEGIN, END = "<!-- figures: written by `python -m bench --update-docs` -->", "<!-- /figures -->"
BAR_WIDTH = 40
Rows = Sequence[Sequence[str]]


def as_text(summary: Summary, plan: Plan, machine: Machine) -> str:
    """Tables for a terminal."""
    return "\n".join(
        [
            *_aligned(_speed_rows(summary)),
            "",
            "processor time for one request, µs",
            *_aligned(_cpu_rows(summary)),
            "",
            *(_ratio_line(name, ratio) for name, ratio in summary.ratios.items()),
            "",
            _conditions(plan, machine),
        ]
    )


def as_json(summary: Summary, turns: Turns, plan: Plan, machine: Machine) -> dict[str, Any]:
    """Everything, every turn included."""
    return {
        "machine": asdict(machine),
        "plan": asdict(plan),
        "figures": {name: asdict(figures) for name, figures in summary.figures.items()},
        "ratios": {name: asdict(ratio) for name, ratio in summary.ratios.items()},
        "turns": {name: [asdict(turn) for turn in seen] for name, seen in turns.items()},
    }


def update_page(page: Path, summary: Summary, plan: Plan, machine: Machine) -> None:
    """Put these figures in place of those between the page's marks. Raises BenchError."""
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BenchError(f"{page} has no marks for the figures")
    section = as_markdown(summary, plan, machine)
    page.write_text(f"{before}{BEGIN}\n{section}\n{END}{after}", encoding="utf-8")


def as_markdown(summary: Summary, plan: Plan, machine: Machine) -> str:
    """The figures as a chart and tables."""
    return "\n".join(
        [
            "Requests per second (median of the rounds):",
            "",
            "```text",
            *_chart(summary),
            "```",
            "",
            *_markdown_table(_speed_rows(summary)),
            "",
            "Processor time for one request, in microseconds:",
            "",
            *_markdown_table(_cpu_rows(summary)),
            "",
            *(f"- {_ratio_line(name, ratio)}" for name, ratio in summary.ratios.items()),
            "",
            _conditions(plan, machine),
        ]
    )


def _speed_rows(summary: Summary) -> Rows:
    header = ("", "requests/s", "least", "most", "p50 ms", "p99 ms", "requests")
    return [header, *(_speed_row(name, found) for name, found in summary.figures.items())]


def _speed_row(name: str, found: Figures) -> tuple[str, ...]:
    return (
        name,
        f"{found.requests_per_second:.0f}",
        f"{found.least_requests_per_second:.0f}",
        f"{found.most_requests_per_second:.0f}",
        f"{found.p50_ms:.2f}",
        f"{found.p99_ms:.2f}",
        f"{found.requests}",
    )


def _cpu_rows(summary: Summary) -> Rows:
    parts = list(next(iter(summary.figures.values())).cpu_micros)
    rows = [
        (
            name,
            *(f"{found.cpu_micros[part]:.0f}" for part in parts),
            f"{found.cpu_micros_without_generator:.0f}",
        )
        for name, found in summary.figures.items()
    ]
    return [("", *parts, "all but generator"), *rows]


def _ratio_line(name: str, ratio: Ratio) -> str:
    return (
        f"{ratio.of_medians:.2f} times {name} (single rounds {ratio.least:.2f} to {ratio.most:.2f};"
        f" floor {ratio.floor}, goal {ratio.goal}): {ratio.verdict};"
        f" by processor time {ratio.by_processor_time:.2f}"
    )


def _conditions(plan: Plan, machine: Machine) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    return (
        f"{machine.day}, {machine.cores} cores of {machine.processor},"
        f" load before {machine.load_before};"
        f" {plan.rounds} rounds of {plan.seconds:g} s each, {plan.connections} connections;"
        f" {versions}."
    )


def _chart(summary: Summary) -> list[str]:
    most = max(found.requests_per_second for found in summary.figures.values())
    return [
        f"{name:<14} {'█' * round(BAR_WIDTH * found.requests_per_second / most):<{BAR_WIDTH}}"
        f" {found.requests_per_second:6.0f}"
        for name, found in summary.figures.items()
    ]


def _aligned(rows: Rows) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join([first.strip().ljust(widths[0]), *others])


def _markdown_table(rows: Rows) -> list[str]:
    header, *body = rows
    rule = ["---", *("---:" for _ in header[1:])]
    return [f"| {' | '.join(row)} |" for row in (header, rule, *body)]
