"""The sandbox's commands about applications: products, quotas, consents."""

import click

from stack.cli_sandbox_shared import Sandbox, Shown, on_sandbox
from stack.errors import StackError

app_option = click.option(
    "--app", "client_id", help="The application's client id. [default: the stack's own]"
)
_APP = (
    ("CLIENT ID", "client_id"),
    ("NAME", "name"),
    ("PRODUCTS", "products"),
    ("REFRESH", "has_refresh_tokens"),
    ("PKCE", "has_pkce"),
)
_REFUSALS = {"login": "user_cancelled_login", "authorize": "user_cancelled_authorize"}


@click.command()
@on_sandbox
def apps(of: Sandbox) -> Shown:
    """List the registered applications."""
    return Shown(of.get("apps"), _APP)


@click.command()
@click.argument("client_id")
@click.option("--secret", "client_secret", help="Needed for a new application.")
@click.option("--name", help="As the consent page calls it.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Where members come back.")
@click.option("--product", "products", multiple=True, help="Exactly these; see `products`.")
@click.option("--refresh/--no-refresh", "has_refresh_tokens", default=None)
@click.option("--pkce/--no-pkce", "has_pkce", default=None)
@on_sandbox
def app(
    of: Sandbox,
    *,
    redirect_uris: tuple[str, ...],
    products: tuple[str, ...],
    **wanted: object,
) -> Shown:
    """Register an application, or change one.

    What is left out stays as it was.
    """
    lists = {"redirect_uris": list(redirect_uris) or None, "products": list(products) or None}
    return Shown(of.post("apps", **lists, **wanted), _APP)


@click.command()
@on_sandbox
def products(of: Sandbox) -> Shown:
    """List what can be switched on for an application."""
    columns = (("PRODUCT", "product"), ("TITLE", "title"), ("SCOPES", "scopes"))
    return Shown(of.get("products"), columns)


@click.command()
@click.argument("product")
@app_option
@on_sandbox
def grant(of: Sandbox, product: str, client_id: str | None) -> Shown:
    """Switch a product on: members can be asked for its scopes."""
    return Shown(of.post("products/grant", product=product, client_id=client_id), _APP)


@click.command()
@click.argument("product")
@app_option
@on_sandbox
def revoke(of: Sandbox, product: str, client_id: str | None) -> Shown:
    """Switch a product off.

    Calls by its scopes are refused, with tokens made before too.
    """
    return Shown(of.post("products/revoke", product=product, client_id=client_id), _APP)


@click.command()
@click.option("--of", "kind", type=click.Choice(["member", "application"]), help="Whose to set.")
@click.option("--limit", type=click.IntRange(0), help="Calls a day.")
@click.option("--unlimited", is_flag=True, help="No limit at all.")
@click.option("--operation", help="Only this kind of call, such as posts.CREATE. [default: all]")
@click.option("--app", "client_id", help="Only this application's. [default: all]")
@on_sandbox
def quota(
    of: Sandbox,
    *,
    kind: str | None,
    limit: int | None,
    unlimited: bool,
    operation: str | None,
    client_id: str | None,
) -> Shown:
    """Show today's calls and limits, or set one.

    Such as: --of member --limit 3 --operation posts.CREATE
    """
    columns = (
        ("CLIENT ID", "client_id"),
        ("OPERATION", "operation"),
        ("OF", "kind"),
        ("MEMBER", "member_id"),
        ("CALLS", "calls"),
        ("LIMIT", "calls_per_day"),
        ("LEFT", "remaining"),
        ("75 %", "has_alert"),
        ("ANEW", "resets_time"),
    )
    if kind is None and limit is None and not unlimited:
        return Shown(of.get("quota"), columns)
    if kind is None:
        raise StackError("--of: say whose limit is set, member or application")
    if (limit is None) is not unlimited:
        raise StackError("--limit: give either a number of calls or --unlimited")
    body = {"kind": kind, "operation": operation or "", "client_id": client_id or ""}
    return Shown(of.set_quota(body, limit), columns)


@click.command()
@click.argument("authorization_url", required=False)
@click.option("--member", help="Who answers, by id. [default: the next in line, else a new one]")
@click.option("--refuse", type=click.Choice(list(_REFUSALS)), help="Refuse to do this.")
@click.option("--withdraw", metavar="MEMBER", help="Take back what this member agreed to.")
@app_option
@on_sandbox
def consent(
    of: Sandbox,
    *,
    authorization_url: str | None,
    member: str | None,
    refuse: str | None,
    withdraw: str | None,
    client_id: str | None,
) -> Shown:
    """Show, give or take back consent.

    Alone it shows who agreed to what. With AUTHORIZATION_URL it answers as a member would, and
    prints where the browser would be sent.
    """
    columns = (
        ("CLIENT ID", "client_id"),
        ("MEMBER", "member_id"),
        ("TOKENS", "live_tokens"),
        ("SCOPES", "scope"),
    )
    if withdraw:
        body = {"member": withdraw, "client_id": client_id}
        return Shown(of.post("consents/withdraw", **body), columns)
    if authorization_url is None:
        return Shown(of.get("consents"), columns)
    location = of.authorize(authorization_url, member, _REFUSALS.get(refuse or ""))
    return Shown({"location": location}, (("SENT BACK TO", "location"),))
