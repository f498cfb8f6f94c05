"""`inergize user …`: for whoever may read the stack's secrets."""

from datetime import UTC, datetime
from pathlib import Path

import click

from stack.cli_shared import data_dir_option, place_of

TIERS = ("free", "basic", "premium", "enterprise")
STATUSES = ("active", "cancelled", "suspended", "trial")
reason_option = click.option("--reason", required=True, help="Why, for the audit log.")


@click.group()
def user() -> None:
    """Look at accounts, suspend and reinstate them.

    Also sets what they have paid for. An account is named by its address or its id.
    """


@user.command("list")
@click.option("--begins", default="", help="Only addresses that begin like this.")
@click.option("--tier", type=click.Choice(TIERS), multiple=True, help="Only these tiers.")
@click.option("--suspended", is_flag=True, help="Only accounts that are switched off.")
@data_dir_option
def user_list(
    begins: str,
    tier: tuple[str, ...],
    suspended: bool,  # noqa: FBT001
    data_dir: Path | None,
) -> None:
    """Show the newest 200 accounts that fit."""
    from stack.users import show_all

    show_all(place_of(data_dir).root, begins, tier, only_suspended=suspended)


@user.command("show")
@click.argument("account")
@data_dir_option
def user_show(account: str, data_dir: Path | None) -> None:
    """Show an account."""
    from stack.users import show

    show(place_of(data_dir).root, account)


@user.command("suspend")
@click.argument("account")
@reason_option
@data_dir_option
def user_suspend(account: str, reason: str, data_dir: Path | None) -> None:
    """Switch an account off: its sessions end, its keys are refused, nothing is published."""
    from stack.users import suspend

    suspend(place_of(data_dir).root, account, reason)


@user.command("reinstate")
@click.argument("account")
@reason_option
@data_dir_option
def user_reinstate(account: str, reason: str, data_dir: Path | None) -> None:
    """Switch an account on again, and lift the locks on signing in to it."""
    from stack.users import reinstate

    reinstate(place_of(data_dir).root, account, reason)


@user.command("subscription")
@click.argument("account")
@click.argument("tier", type=click.Choice(TIERS))
@click.option("--status", type=click.Choice(STATUSES), default="active", show_default=True)
@click.option("--until", type=click.DateTime(), help="When it ends, UTC; left out, it does not.")
@data_dir_option
def user_subscription(
    account: str, tier: str, status: str, until: datetime | None, data_dir: Path | None
) -> None:
    """Set what an account has paid for."""
    from stack.users import set_subscription

    ends_at = until and until.replace(tzinfo=UTC)
    set_subscription(place_of(data_dir).root, account, tier, status, ends_at)
