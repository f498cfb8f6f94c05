"""`POST /oauth/v2/accessToken`: codes and refresh tokens for access tokens.

Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
"""

import base64
import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from stack.sandbox.linkedin import apps, members, openid, pairwise, tokens
from stack.sandbox.linkedin.faults import dead_grant
from stack.sandbox.linkedin.forms import read_form, required
from stack.sandbox.linkedin.house import House, house_of
from stack.sandbox.linkedin.model import App, Grant
from stack.sandbox.linkedin.refusals import oauth

_MISMATCH = (
    "Unable to retrieve access token: appid/redirect uri/code verifier does not match "
    "authorization code. Or authorization code expired. Or external member binding exists"
)


async def grant(request: Request) -> Response:
    """Answer with tokens; parameters count in the form body alone, never in URL or header."""
    house = house_of(request)
    form = await read_form(request)
    if request.headers.get("authorization"):
        raise oauth(401, "invalid_client", "Client authentication failed")
    kind = required(form, "grant_type")
    if kind == "authorization_code":
        answer = _redeem_code(house, form, openid.issuer(request))
    elif kind == "refresh_token":
        answer = _refresh(house, form)
    else:
        raise oauth(400, "unsupported_grant_type", f'The grant_type "{kind}" is not supported')
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def check_client(house: House, form: dict[str, str]) -> App:
    """The application that proves itself by its secret; refuses everybody else."""
    client_id = required(form, "client_id")
    secret = required(form, "client_secret")
    app = apps.find(house.database, client_id)
    if app is None or not apps.is_secret(app, secret):
        raise oauth(401, "invalid_client", "Client authentication failed")
    return app


def _redeem_code(house: House, form: dict[str, str], issuer: str) -> dict[str, Any]:
    code = required(form, "code")
    redirect_uri = required(form, "redirect_uri")
    app = _redeemer(house, form)
    granted = tokens.take_code(house, code)
    if granted is None:
        description = "Unable to retrieve access token: authorization code not found"
        raise oauth(401, "invalid_request", description)
    is_fresh = granted.expires_ms > house.clock.now_ms()
    is_own = (granted.client_id, granted.redirect_uri) == (app.client_id, redirect_uri)
    is_proven = _challenge_of(form.get("code_verifier", "")) == granted.code_challenge
    # Who comes without a secret must have come by the native flow, whose proof is the verifier.
    is_allowed = bool(form.get("client_secret")) or granted.is_native
    if not (is_fresh and is_own and is_proven and is_allowed):
        raise oauth(400, "invalid_redirect_uri", _MISMATCH)
    answer = tokens.issue_tokens(house, app, granted)
    member = members.get(house.database, granted.member_id)
    if member is not None and "openid" in granted.scope.split():
        known = pairwise.known_to(house, app.client_id, member)
        answer["id_token"] = openid.id_token(house, issuer, app.client_id, known, granted.scope)
    return answer


def _redeemer(house: House, form: dict[str, str]) -> App:
    """The application that redeems: without a secret only where PKCE stands in for it."""
    app = apps.find(house.database, form.get("client_id", ""))
    is_native = app is not None and app.has_pkce and form.get("code_verifier")
    if app is not None and is_native and not form.get("client_secret"):
        return app
    return check_client(house, form)


def _refresh(house: House, form: dict[str, str]) -> dict[str, Any]:
    refresh_token = required(form, "refresh_token")
    app = check_client(house, form)
    granted = tokens.find(house, "refresh", refresh_token)
    is_own = granted is not None and granted.client_id == app.client_id
    if granted is None or not is_own or granted.is_revoked or _is_over(house, granted):
        raise dead_grant()
    if not app.has_refresh_tokens:
        raise oauth(
            400, "unauthorized_client", "Programmatic refresh is not enabled for the application"
        )
    return tokens.refresh(house, refresh_token, granted)


def _is_over(house: House, granted: Grant) -> bool:
    return granted.expires_ms <= house.clock.now_ms()


def _challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier; none for none, which is how the web flow has it."""
    if not verifier:
        return ""
    hashed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
