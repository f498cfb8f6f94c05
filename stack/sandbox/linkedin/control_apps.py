"""`/sandbox/apps`, `/products`, `/quota`, `/consents`: what LinkedIn knows beside its members.

GET    apps               registered applications with their products and scopes
POST   apps               {client_id, client_secret?, name?, redirect_uris?, products?, scopes?,
                          has_refresh_tokens?, has_pkce?}: register one, or change it
GET    products           what can be switched on
POST   products/grant     {product, client_id?}
POST   products/revoke    {product, client_id?}: tokens keep the scope, calls are refused
GET    quota              calls today and their limits
POST   quota              {kind, calls_per_day, operation?, client_id?}: set a daily limit
DELETE quota              usual limits, nothing used
GET    consents           who agreed to what
POST   consents/withdraw  {member, client_id?}: as a member does in the settings
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stack.sandbox.linkedin import apps, consents, quotas
from stack.sandbox.linkedin.control_requests import (
    AppWanted,
    ProductWanted,
    QuotaWanted,
    WithdrawalWanted,
    body_of,
    invalid,
    person_id,
)
from stack.sandbox.linkedin.house import House, digest, house_of
from stack.sandbox.linkedin.model import App
from stack.sandbox.linkedin.products import PRODUCTS
from stack.sandbox.linkedin.quotas import Usage
from stack.sandbox.linkedin.refusals import gateway


async def list_apps(request: Request) -> Response:
    """Applications, oldest first."""
    return JSONResponse([_app_view(app) for app in apps.list_all(house_of(request).database)])


async def put_app(request: Request) -> Response:
    """Register an application or change it, and answer with it."""
    database = house_of(request).database
    wanted = await body_of(request, AppWanted)
    app = _merged(apps.find(database, wanted.client_id), wanted)
    apps.put(database, app)
    return JSONResponse(_app_view(app))


async def list_products(_: Request) -> Response:
    """What can be switched on."""
    return JSONResponse(
        [
            {"product": key, "title": product.title, "scopes": sorted(product.scopes)}
            for key, product in PRODUCTS.items()
        ]
    )


async def grant_product(request: Request) -> Response:
    """Switch a product on."""
    return await _switch_product(request, is_on=True)


async def revoke_product(request: Request) -> Response:
    """Switch a product off."""
    return await _switch_product(request, is_on=False)


async def list_quota(request: Request) -> Response:
    """Today's calls, each beside its limit (null for none)."""
    house = house_of(request)
    resets_at = quotas.resets_at(house).isoformat()
    return JSONResponse([_usage_view(u, resets_at) for u in quotas.today(house)])


async def set_quota(request: Request) -> Response:
    """Set a limit."""
    wanted = await body_of(request, QuotaWanted)
    quotas.set_limit(
        house_of(request),
        kind=wanted.kind,
        calls_per_day=wanted.calls_per_day,
        client_id=wanted.client_id,
        operation=wanted.operation,
    )
    return await list_quota(request)


async def clear_quota(request: Request) -> Response:
    """Forget limits and counts."""
    quotas.clear(house_of(request))
    return JSONResponse({})


async def list_consents(request: Request) -> Response:
    """Who agreed to what, oldest first."""
    return JSONResponse(consents.list_all(house_of(request)))


async def withdraw_consent(request: Request) -> Response:
    """Take a consent back and answer with those that are left."""
    house = house_of(request)
    wanted = await body_of(request, WithdrawalWanted)
    client_id = wanted.client_id or house.configured.client_id
    if not consents.withdraw(house, person_id(wanted.member), client_id):
        raise gateway(404, f"{wanted.member} has not agreed to anything", code="NOT_FOUND")
    return await list_consents(request)


ROUTES = [
    Route("/sandbox/apps", list_apps, methods=["GET"]),
    Route("/sandbox/apps", put_app, methods=["POST"]),
    Route("/sandbox/products", list_products, methods=["GET"]),
    Route("/sandbox/products/grant", grant_product, methods=["POST"]),
    Route("/sandbox/products/revoke", revoke_product, methods=["POST"]),
    Route("/sandbox/quota", list_quota, methods=["GET"]),
    Route("/sandbox/quota", set_quota, methods=["POST"]),
    Route("/sandbox/quota", clear_quota, methods=["DELETE"]),
    Route("/sandbox/consents", list_consents, methods=["GET"]),
    Route("/sandbox/consents/withdraw", withdraw_consent, methods=["POST"]),
]


async def _switch_product(request: Request, *, is_on: bool) -> Response:
    house = house_of(request)
    wanted = await body_of(request, ProductWanted)
    app = _app(house, wanted.client_id)
    one = frozenset({wanted.product})
    products = app.products | one if is_on else app.products - one
    return JSONResponse(_app_view(apps.set_products(house.database, app, products)))


def _app(house: House, client_id: str) -> App:
    app = apps.find(house.database, client_id or house.configured.client_id)
    if app is None:
        raise gateway(404, f"There is no application {client_id}", code="NOT_FOUND")
    return app


def _merged(known: App | None, wanted: AppWanted) -> App:
    """The application as it shall be; a new one needs a secret and somewhere to redirect to."""
    for name in ("client_secret", "redirect_uris"):
        if known is None and getattr(wanted, name) is None:
            raise invalid(name, "is required for a new application")
    base = known or App(
        client_id=wanted.client_id,
        secret_digest="",
        name=wanted.client_id,
        redirect_uris=(),
        products=frozenset({"sign-in"}),
        single_scopes=frozenset(),
        has_refresh_tokens=False,
        has_pkce=False,
    )
    return _changed(base, wanted)


def _changed(base: App, wanted: AppWanted) -> App:
    def either(new: Any, old: Any) -> Any:
        return old if new is None else new

    secret = wanted.client_secret
    return App(
        client_id=base.client_id,
        secret_digest=base.secret_digest if secret is None else digest(secret),
        name=either(wanted.name, base.name),
        redirect_uris=tuple(either(wanted.redirect_uris, base.redirect_uris)),
        products=frozenset(either(wanted.products, base.products)),
        single_scopes=frozenset(either(wanted.scopes, base.single_scopes)),
        has_refresh_tokens=either(wanted.has_refresh_tokens, base.has_refresh_tokens),
        has_pkce=either(wanted.has_pkce, base.has_pkce),
    )


def _app_view(app: App) -> dict[str, Any]:
    return {
        "client_id": app.client_id,
        "name": app.name,
        "redirect_uris": app.redirect_uris,
        "products": sorted(app.products),
        "scopes": sorted(app.scopes),
        "has_refresh_tokens": app.has_refresh_tokens,
        "has_pkce": app.has_pkce,
    }


def _usage_view(usage: Usage, resets_at: str) -> dict[str, Any]:
    limit = usage.limit
    return {
        "client_id": usage.client_id,
        "operation": usage.operation,
        "kind": usage.kind,
        "member_id": usage.member_id or None,
        "calls": usage.calls,
        "calls_per_day": limit,
        "remaining": None if limit is None else max(0, limit - usage.calls),
        "has_alert": usage.has_alert,
        "resets_time": resets_at,
    }
