"""`inergize keys …`: for whoever may read the stack's secrets."""

from pathlib import Path

import click

from stack.cli_shared import data_dir_option, place_of


@click.group()
def keys() -> None:
    """Look after the keys that sign tokens and seal secrets."""


@keys.command("list")
@data_dir_option
def keys_list(data_dir: Path | None) -> None:
    """Show which key signs, which wait, and which only verify."""
    from stack.signing_keys import show

    show(place_of(data_dir).root)


@keys.command("rotate")
@click.option(
    "--lead-seconds",
    type=click.IntRange(20, 3600),
    default=60,
    show_default=True,
    help="Between publishing the new key and signing with it: everybody has read it by then.",
)
@click.option(
    "--stolen",
    is_flag=True,
    help="The present key is known to others: its tokens are refused once the new one signs.",
)
@data_dir_option
def keys_rotate(lead_seconds: int, stolen: bool, data_dir: Path | None) -> None:  # noqa: FBT001
    """Make a new signing key; no request fails, and nobody has to sign in again.

    The old key verifies until the last token that it has signed is over.
    """
    from stack.signing_keys import rotate

    rotate(place_of(data_dir).root, lead_seconds, is_stolen=stolen)


@keys.command("reencrypt")
@data_dir_option
def keys_reencrypt(data_dir: Path | None) -> None:
    """Put every sealed value under the first encryption key, while the stack runs.

    Afterwards the other keys may be taken out. It may be stopped and repeated at any time.
    """
    from stack.reencrypting import reencrypt

    reencrypt(place_of(data_dir).root)
