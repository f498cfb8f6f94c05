"""Applications registered at the sandbox: the configured one, and any that tests add."""

import hmac
import json
import sqlite3
from dataclasses import replace

from stack.sandbox.linkedin.database import Database
from stack.sandbox.linkedin.house import digest
from stack.sandbox.linkedin.model import App, SandboxApp
from stack.sandbox.linkedin.products import covering, scopes_of


def register_configured(database: Database, wanted: SandboxApp) -> None:
    """Register the application that the sandbox is started for.

    What the control interface switched on or off stays as it is, unless the configuration is
    another than at the last start.
    """
    switches = (sorted(wanted.scopes), wanted.has_refresh_tokens, wanted.has_pkce)
    configured = json.dumps(switches)
    row = database.one("get_app", client_id=wanted.client_id)
    products = covering(wanted.scopes)
    app = App(
        client_id=wanted.client_id,
        secret_digest=digest(wanted.client_secret),
        name=wanted.name,
        redirect_uris=wanted.redirect_uris,
        products=products,
        single_scopes=wanted.scopes - scopes_of(products),
        has_refresh_tokens=wanted.has_refresh_tokens,
        has_pkce=wanted.has_pkce,
    )
    if row is not None and row["configured"] == configured:
        known = _from_row(row)
        app = replace(
            known,
            secret_digest=app.secret_digest,
            name=app.name,
            redirect_uris=app.redirect_uris,
        )
    put(database, app, configured=configured)


def find(database: Database, client_id: str) -> App | None:
    """The application with this client id, if there is one."""
    row = database.one("get_app", client_id=client_id)
    return _from_row(row) if row else None


def list_all(database: Database) -> list[App]:
    """Every application, oldest first; the configured one is the first."""
    return [_from_row(row) for row in database.all("list_apps")]


def is_secret(app: App, secret: str) -> bool:
    """Whether this is the application's client secret; takes the same time either way."""
    return hmac.compare_digest(app.secret_digest, digest(secret))


def set_products(database: Database, app: App, products: frozenset[str]) -> App:
    """Switch products on and off; single scopes that a product used to bring go with it."""
    lost = scopes_of(app.products - products) - scopes_of(products)
    changed = replace(app, products=products, single_scopes=app.single_scopes - lost)
    put(database, changed)
    return changed


def put(database: Database, app: App, *, configured: str | None = None) -> None:
    """Store an application; without `configured` what an earlier start left there is kept."""
    if configured is None:
        row = database.one("get_app", client_id=app.client_id)
        configured = row["configured"] if row else None
    database.run(
        "put_app",
        client_id=app.client_id,
        secret_digest=app.secret_digest,
        name=app.name,
        redirect_uris=json.dumps(app.redirect_uris),
        products=json.dumps(sorted(app.products)),
        single_scopes=json.dumps(sorted(app.single_scopes)),
        has_refresh_tokens=app.has_refresh_tokens,
        has_pkce=app.has_pkce,
        configured=configured,
    )


def _from_row(row: sqlite3.Row) -> App:
    return App(
        client_id=row["client_id"],
        secret_digest=row["secret_digest"],
        name=row["name"],
        redirect_uris=tuple(json.loads(row["redirect_uris"])),
        products=frozenset(json.loads(row["products"])),
        single_scopes=frozenset(json.loads(row["single_scopes"])),
        has_refresh_tokens=bool(row["has_refresh_tokens"]),
        has_pkce=bool(row["has_pkce"]),
    )
