"""`inergize sandbox linkedin …`: look into the stand-in for LinkedIn, and set it up."""

import re
from typing import Any

import click

from stack.cli_sandbox_apps import app, apps, consent, grant, products, quota, revoke
from stack.cli_sandbox_faults import clear, fault, faults
from stack.cli_sandbox_shared import Sandbox, Shown, on_sandbox

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Duration(click.ParamType[float]):
    """A length of time such as `90s`, `30m` or `2d12h`, in seconds; with a minus, back."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """See click."""
        if isinstance(value, int | float):
            return float(value)
        found = re.fullmatch(r"(-?)((?:\d+[smhd])+)", value)
        if not found:
            self.fail(f"{value!r} must be a duration such as 90s, 30m or 2d12h", param, ctx)
        parts = re.findall(r"(\d+)([smhd])", found[2])
        seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
        return float(-seconds if found[1] else seconds)


@click.group()
def sandbox() -> None:
    """Look into the stand-ins, and have them fail."""


@sandbox.group()
def linkedin() -> None:
    """The stand-in for LinkedIn: who is there, what was done, what is allowed, what fails."""


@linkedin.command()
@on_sandbox
def status(of: Sandbox) -> Shown:
    """Show where it is, what time it has, and how much is in it."""
    clock = of.get("clock")
    counts = {name: len(of.get(name)) for name in ("members", "posts", "apps", "faults")}
    names = ("url", "time", *counts)
    return Shown({"url": of.url, **clock, **counts}, [(name.upper(), name) for name in names])


@linkedin.command()
@on_sandbox
def members(of: Sandbox) -> Shown:
    """List everyone with an account."""
    columns = (("ID", "id"), ("NAME", "name"), ("EMAIL", "email"), ("HEADLINE", "headline"))
    return Shown(of.get("members"), columns)


@linkedin.command()
@click.option("--id", help="What applications know the member by. [default: made up]")
@click.option("--given-name")
@click.option("--family-name")
@click.option("--email")
@click.option("--headline")
@click.option("--sign-in/--no-sign-in", default=True, help="Whether this member signs in next.")
@on_sandbox
def member(of: Sandbox, **wanted: object) -> Shown:
    """Define a member, or change one.

    What is left out stays as it was, or is made up.
    """
    columns = (("ID", "id"), ("NAME", "name"), ("EMAIL", "email"), ("HEADLINE", "headline"))
    return Shown(of.post("members", **wanted), columns)


@linkedin.command()
@click.option("--member", help="Only this author's; an id or a URN.")
@on_sandbox
def posts(of: Sandbox, member: str | None) -> Shown:
    """List posts as readers see them, deleted ones too."""
    columns = (
        ("URN", "urn"),
        ("AUTHOR", "author"),
        ("CREATED", "created_time"),
        ("DELETED", "deleted_time"),
        ("CUT", "is_cut"),
        ("TEXT", "rendered"),
    )
    return Shown(of.get("posts", member=member), columns)


@linkedin.command()
@click.option("--member", help="Only what this member did; an id or a URN.")
@click.option("--kind", help="Only one kind of change, such as post.create.")
@click.option("--urn", help="Only changes of this.")
@click.option("--request-id", help="Only the call that was answered with this x-li-uuid.")
@click.option("--after", type=click.IntRange(0), help="Only entries after this number.")
@on_sandbox
def applied(of: Sandbox, **filters: object) -> Shown:
    """List what really took effect, oldest first."""
    columns = (
        ("NO", "sequence"),
        ("TIME", "time"),
        ("KIND", "kind"),
        ("MEMBER", "member"),
        ("URN", "urn"),
        ("TEXT", "rendered"),
    )
    return Shown(of.get("applied", **filters), columns)


@linkedin.command()
@click.option("--advance", type=Duration(), help="Move on, such as 30m or 2d12h; -1h is back.")
@click.option("--set", "to", help="Set it, such as 2027-01-01T00:00:00Z.")
@click.option("--real", is_flag=True, help="Back to the machine's time.")
@on_sandbox
def clock(of: Sandbox, *, advance: float | None, to: str | None, real: bool) -> Shown:
    """Show the sandbox's time, or move it."""
    columns = (("TIME", "time"), ("AHEAD BY MS", "ahead_ms"))
    if advance is None and to is None and not real:
        return Shown(of.get("clock"), columns)
    wanted = {"advance_seconds": advance, "time": to, "is_real": real or None}
    return Shown(of.post("clock", **wanted), columns)


for _command in (app, apps, consent, grant, products, quota, revoke, clear, fault, faults):
    linkedin.add_command(_command)
