"""`inergize doctor …`: what is set wrongly, and how to mend it."""

import asyncio

import click

from stack.cli_shared import read_settings


@click.group()
def doctor() -> None:
    """Name each setting that is wrong, and what to do."""


@doctor.command("linkedin")
@click.option("--offline", is_flag=True, help="Look at the settings alone; ask LinkedIn nothing.")
@click.option("--json", "is_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def doctor_linkedin(context: click.Context, offline: bool, is_json: bool) -> None:  # noqa: FBT001
    """Check the LinkedIn application: its credentials, addresses, scopes and version.

    Reads the same environment as the services, then asks LinkedIn what it makes of it. Nothing is
    granted and nothing changes, and no member is needed. Ends with 1 when something is wrong.
    """
    from stack.doctor import report
    from stack.doctor.linkedin import look, look_and_ask

    settings = read_settings()
    findings = look(settings) if offline else asyncio.run(look_and_ask(settings))
    click.echo(report.as_json(findings) if is_json else report.as_text(findings))
    context.exit(1 if report.is_wrong(findings) else 0)
