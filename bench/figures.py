"""Figures in a page of the documentation: each kind between marks of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.children import ROOT
from bench.errors import BenchError
from bench.machine import Machine

PAGE = ROOT / "docs" / "security-figures.md"


def write_section(page: Path, name: str, text: str, machine: Machine) -> None:
    """Put a section in place of the one between its marks. Raises BenchError without marks."""
    begin, end = f"<!-- figures: {name} -->", f"<!-- /figures: {name} -->"
    before, has_begin, rest = page.read_text("utf-8").partition(begin)
    _, has_end, after = rest.partition(end)
    if not has_begin or not has_end:
        raise BenchError(f"{page} has no marks for {name!r}")
    on = f"{machine.day}, {machine.cores} cores of {machine.processor}, load before"
    section = f"{text}\n\n{on} {machine.load_before}."
    page.write_text(f"{before}{begin}\n{section}\n{end}{after}", "utf-8")


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A Markdown table; the first row is its head."""
    head, *body = rows
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in body:
        yield f"| {' | '.join(row)} |"
