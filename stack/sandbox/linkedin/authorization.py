"""`GET /oauth/v2/authorization`: consent without a page; the redirect comes straight back.

Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
Two parameters are the sandbox's own: `sandbox_member` names who signs in, `sandbox_refusal`
(`user_cancelled_login`, `user_cancelled_authorize`) makes that person refuse.
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stack.sandbox.linkedin import members, tokens
from stack.sandbox.linkedin.house import House, house_of
from stack.sandbox.linkedin.model import KNOWN_SCOPES
from stack.sandbox.linkedin.refusals import oauth

_REFUSALS = {
    "user_cancelled_login": "The user cancelled LinkedIn login",
    "user_cancelled_authorize": "The user cancelled the authorization",
}


async def authorize(request: Request) -> Response:
    """Sign a member in and send the browser back with a code, or with the reason why not."""
    house = house_of(request)
    asked = dict(request.query_params)
    _check_caller(house, asked)
    scope = " ".join(asked.get("scope", "").split())
    if trouble := _trouble(house, asked, scope):
        error, description = trouble
        return _back(asked, {"error": error, "error_description": description})
    member = members.sign_in(house.database, asked.get("sandbox_member"))
    tokens.record_consent(house, member.id, scope)
    code = tokens.issue_code(
        house,
        member.id,
        redirect_uri=asked["redirect_uri"],
        scope=scope,
        code_challenge=_challenge(house, asked),
    )
    return _back(asked, {"code": code})


def _check_caller(house: House, asked: dict[str, str]) -> None:
    """What LinkedIn shows as a 401 page, because it cannot trust where a redirect would go."""
    for name in ("client_id", "redirect_uri"):
        if not asked.get(name):
            raise oauth(400, "invalid_request", f'A required parameter "{name}" is missing')
    if asked["client_id"] != house.app.client_id:
        raise oauth(401, "invalid_client_id", "The passed in client_id is invalid")
    if asked["redirect_uri"] not in house.app.redirect_uris:
        description = "The redirect_uri does not match the registered value"
        raise oauth(401, "invalid_redirect_uri", description)
    unknown = set(asked.get("scope", "").split()) - KNOWN_SCOPES
    if unknown:
        raise oauth(401, "invalid_scope", f"Invalid scope: {', '.join(sorted(unknown))}")


def _trouble(house: House, asked: dict[str, str], scope: str) -> tuple[str, str] | None:
    """Why the browser goes back without a code: an OAuth error name and its description."""
    if asked.get("response_type") != "code":
        return "unsupported_response_type", 'The parameter "response_type" must be "code"'
    if not scope:
        return "invalid_scope_error", 'A required parameter "scope" is missing'
    for name in scope.split():
        if name not in house.app.scopes:
            # LinkedIn sends these quotation marks HTML-escaped.
            description = f"Scope &quot;{name}&quot; is not authorized for your application"
            return "unauthorized_scope_error", description
    refusal = asked.get("sandbox_refusal", "")
    return (refusal, _REFUSALS[refusal]) if refusal in _REFUSALS else None


def _challenge(house: House, asked: dict[str, str]) -> str:
    # An app without PKCE ignores the challenge; the verifier then fails at the token request.
    if not house.app.has_pkce or asked.get("code_challenge_method") != "S256":
        return ""
    return asked.get("code_challenge", "")


def _back(asked: dict[str, str], answer: dict[str, str]) -> RedirectResponse:
    if "state" in asked:
        answer["state"] = asked["state"]
    uri = asked["redirect_uri"]
    return RedirectResponse(f"{uri}{'&' if '?' in uri else '?'}{urlencode(answer)}", 302)
