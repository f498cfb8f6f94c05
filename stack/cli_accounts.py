"""`inergize admin …`: for whoever may read the stack's secrets."""

from pathlib import Path

import click

from stack.cli_shared import data_dir_option, place_of


@click.group()
def admin() -> None:
    """Look after the accounts of a running stack."""


@admin.command("create")
@click.argument("email")
@click.option("--first-name", default="Admin", show_default=True)
@click.option("--last-name", default="InErgize", show_default=True)
@click.option(
    "--ask-password", is_flag=True, help="Type a password; else a link to choose one is printed."
)
@click.option("--promote", is_flag=True, help="Make an account that exists an administrator.")
@data_dir_option
def admin_create(  # noqa: PLR0917 - click hands every option over
    email: str,
    first_name: str,
    last_name: str,
    ask_password: bool,  # noqa: FBT001
    promote: bool,  # noqa: FBT001
    data_dir: Path | None,
) -> None:
    """Make an administrator, whose address counts as verified."""
    from stack.admin import create

    password = None
    if ask_password:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    create(
        email,
        place_of(data_dir).root,
        password=password,
        first_name=first_name,
        last_name=last_name,
        promote=promote,
    )


@admin.command("invite")
@click.argument("email")
@data_dir_option
def admin_invite(email: str, data_dir: Path | None) -> None:
    """Print an invitation for this address.

    For a stack whose REGISTRATION is `invitation`; good for a week.
    """
    from stack.admin import invite

    click.echo(invite(email, place_of(data_dir).root))
