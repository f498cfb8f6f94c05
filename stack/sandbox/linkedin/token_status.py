"""`/oauth/v2/introspectToken` and `/oauth/v2/revoke`: what a token is worth, and its end.

Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from stack.sandbox.linkedin import apps, tokens
from stack.sandbox.linkedin.forms import read_form, required
from stack.sandbox.linkedin.house import House, house_of
from stack.sandbox.linkedin.model import App, Grant
from stack.sandbox.linkedin.refusals import oauth


async def introspect(request: Request) -> Response:
    """Tell an application about a token of its own; of others only that it is not active."""
    house = house_of(request)
    form = await read_form(request)
    app = _client(house, form)
    token = required(form, "token")
    grant = tokens.find(house, "access", token) or tokens.find(house, "refresh", token)
    if grant is None:
        raise oauth(400, "invalid_request", "The token is invalid")
    if grant.client_id != app.client_id:
        return JSONResponse({"active": False})
    return JSONResponse(_described(house, grant))


async def revoke(request: Request) -> Response:
    """End a token; the answer is the same for one that is unknown or has ended."""
    house = house_of(request)
    form = await read_form(request)
    app = _client(house, form)
    tokens.revoke(house, app.client_id, required(form, "token"))
    return JSONResponse({})


def _client(house: House, form: dict[str, str]) -> App:
    """Here a wrong client id is a 400 and a wrong secret a 401, as documented."""
    app = apps.find(house.database, required(form, "client_id"))
    if app is None:
        raise oauth(400, "invalid_client_id", "The passed in client_id is invalid")
    if not apps.is_secret(app, required(form, "client_secret")):
        raise oauth(401, "invalid_client", "Client authentication failed")
    return app


def _described(house: House, grant: Grant) -> dict[str, Any]:
    status = "active"
    if grant.is_revoked:
        status = "revoked"
    elif grant.expires_ms <= house.clock.now_ms():
        status = "expired"
    return {
        "active": status == "active",
        "status": status,
        "client_id": grant.client_id,
        "scope": ",".join(grant.scope.split()),
        "authorized_at": grant.authorized_ms // 1000,
        "created_at": grant.issued_ms // 1000,
        "expires_at": grant.expires_ms // 1000,
        "auth_type": "3L",
    }
