"""The sandbox's commands about failures: plan them, list them, clear them."""

import click

from stack.cli_sandbox_shared import Sandbox, Shown, on_sandbox
from stack.errors import StackError

_FAULT = (
    ("NO", "id"),
    ("KIND", "kind"),
    ("DETAIL", "detail"),
    ("ON", "operation"),
    ("METHOD", "method"),
    ("PATH", "path"),
    ("MEMBER", "member_id"),
    ("LEFT", "remaining"),
    ("CHANCE", "probability"),
    ("SEED", "seed"),
    ("STRUCK", "struck"),
)


@click.command()
@click.argument("kind")
@click.option("--detail", help="What the kind is told, such as milliseconds; see `faults --kinds`.")
@click.option("--on", "operation", help="Only this kind of call, such as posts.CREATE.")
@click.option("--method", help="Only this HTTP method.")
@click.option("--path", help="Only paths like this, such as '/rest/images*'.")
@click.option("--member", help="Only calls for this member; an id or a URN.")
@click.option(
    "--younger-than", type=float, metavar="SECONDS", help="Only tokens younger than this."
)
@click.option("--count", type=int, help="How many calls it strikes. [default: 1]")
@click.option("--always", "is_lasting", is_flag=True, help="Strike until it is cleared.")
@click.option(
    "--probability",
    type=float,
    metavar="SHARE",
    help="Strike by chance, such as 0.2; until cleared.",
)
@click.option("--seed", type=int, help="Of the chance, to have the same again.")
@on_sandbox
def fault(of: Sandbox, *, younger_than: float | None, is_lasting: bool, **wanted: object) -> Shown:
    """Have the next calls that fit fail.

    KIND is one of those that `faults --kinds` lists, such as apply-then-drop-reply.
    """
    young_ms = None if younger_than is None else round(younger_than * 1000)
    planned = of.post("faults", token_younger_ms=young_ms, is_lasting=is_lasting or None, **wanted)
    return Shown(planned, _FAULT)


@click.command()
@click.option("--kinds", is_flag=True, help="List which kinds there are instead.")
@on_sandbox
def faults(of: Sandbox, *, kinds: bool) -> Shown:
    """List the failures still to come."""
    if kinds:
        columns = (("KIND", "kind"), ("DETAIL", "detail"), ("WHAT IT DOES", "does"))
        return Shown(of.get("faults/kinds"), columns)
    return Shown(of.get("faults"), _FAULT)


@click.command()
@click.option("--fault", "number", type=int, help="Only the failure with this number.")
@click.option("--quota", is_flag=True, help="Limits and counts of calls instead.")
@click.option("--everything", is_flag=True, help="Members, posts, tokens, all of it.")
@on_sandbox
def clear(of: Sandbox, *, number: int | None, quota: bool, everything: bool) -> Shown:
    """Clear planned failures, or what an option says."""
    if sum((number is not None, quota, everything)) > 1:
        raise StackError("--fault, --quota and --everything: give one of them")
    if everything:
        of.post("reset")
    elif quota:
        of.delete("quota")
    else:
        of.delete("faults" if number is None else f"faults/{number}")
    return Shown(of.get("faults"), _FAULT)
