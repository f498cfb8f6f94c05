"""`POST /oauth/v2/accessToken`: codes and refresh tokens for access tokens.

Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
"""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from stack.sandbox.linkedin import tokens
from stack.sandbox.linkedin.house import House, house_of
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
    kind = _required(form, "grant_type")
    if kind == "authorization_code":
        answer = _redeem_code(house, form)
    elif kind == "refresh_token":
        answer = _refresh(house, form)
    else:
        raise oauth(400, "unsupported_grant_type", f'The grant_type "{kind}" is not supported')
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


async def read_form(request: Request) -> dict[str, str]:
    """A form-encoded body as a plain mapping; the last of repeated names wins."""
    text = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def check_client(house: House, form: dict[str, str]) -> None:
    """Refuse any credentials but the registered application's."""
    client_id = _required(form, "client_id")
    secret = _required(form, "client_secret")
    is_known = client_id == house.app.client_id
    if not (hmac.compare_digest(secret.encode(), house.app.client_secret.encode()) and is_known):
        raise oauth(401, "invalid_client", "Client authentication failed")


def _redeem_code(house: House, form: dict[str, str]) -> dict[str, Any]:
    code = _required(form, "code")
    redirect_uri = _required(form, "redirect_uri")
    check_client(house, form)
    granted = tokens.take_code(house, code)
    if granted is None:
        description = "Unable to retrieve access token: authorization code not found"
        raise oauth(401, "invalid_request", description)
    is_fresh = granted.expires_ms > house.clock.now_ms()
    is_same_redirect = granted.redirect_uri == redirect_uri
    is_proven = _challenge_of(form.get("code_verifier", "")) == granted.code_challenge
    if not (is_fresh and is_same_redirect and is_proven):
        raise oauth(400, "invalid_redirect_uri", _MISMATCH)
    return tokens.issue_tokens(house, granted.member_id, granted.scope)


def _refresh(house: House, form: dict[str, str]) -> dict[str, Any]:
    refresh_token = _required(form, "refresh_token")
    check_client(house, form)
    granted = tokens.find(house, "refresh", refresh_token)
    if granted is None or granted.is_revoked or granted.expires_ms <= house.clock.now_ms():
        description = "The provided refresh token is invalid, expired or revoked"
        raise oauth(400, "invalid_grant", description)
    return tokens.refresh(house, refresh_token, granted)


def _challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier; none for none, which is how the web flow has it."""
    if not verifier:
        return ""
    hashed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def _required(form: dict[str, str], name: str) -> str:
    if not form.get(name):
        raise oauth(400, "invalid_request", f'A required parameter "{name}" is missing')
    return form[name]
