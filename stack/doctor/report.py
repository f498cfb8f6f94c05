"""What the doctor prints: a line a finding, its remedy below, and a last line that sums up."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from stack.doctor.finding import Finding, Level

_COLOURS = {
    Level.GOOD: "green",
    Level.NOTE: "cyan",
    Level.WARNING: "yellow",
    Level.WRONG: "red",
}
_INDENT = " " * 10


def as_text(findings: Sequence[Finding]) -> str:
    """For people; click leaves the colours out where there is no terminal."""
    lines = [line for finding in findings for line in _lines(finding)]
    return "\n".join([*lines, "", _sum(findings)])


def as_json(findings: Sequence[Finding]) -> str:
    """For programs: a list of objects."""
    return json.dumps([{**asdict(one), "level": one.level.value} for one in findings], indent=2)


def is_wrong(findings: Sequence[Finding]) -> bool:
    """Whether anything must be changed."""
    return any(one.level is Level.WRONG for one in findings)


def _lines(finding: Finding) -> list[str]:
    mark = click.style(f"{finding.level.value:<8}", fg=_COLOURS[finding.level])
    first = f"{mark}  {finding.setting}: {finding.what}"
    return [first, f"{_INDENT}-> {finding.remedy}"] if finding.remedy else [first]


def _sum(findings: Sequence[Finding]) -> str:
    wrongs = len({one.setting for one in findings if one.level is Level.WRONG})
    if not wrongs:
        return "Nothing is wrong: connect a member, and post."
    return f"{wrongs} to change. docs/going-live.md goes through them in order."
