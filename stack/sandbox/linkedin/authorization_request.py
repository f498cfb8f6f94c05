"""What an application asks of a member, and every reason to refuse it before asking."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse

from stack.sandbox.linkedin import apps
from stack.sandbox.linkedin.database import Database
from stack.sandbox.linkedin.model import App
from stack.sandbox.linkedin.products import KNOWN_SCOPES
from stack.sandbox.linkedin.refusals import Refusal, oauth

NATIVE_PATH = "/oauth/native-pkce/authorization"


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that may at least be answered by a redirect."""

    app: App
    redirect_uri: str
    response_type: str
    scope: str
    state: str | None
    code_challenge: str
    is_native: bool

    def back(self, answer: dict[str, str]) -> RedirectResponse:
        """Send the browser back to the application with `answer` and the state it gave."""
        if self.state is not None:
            answer["state"] = self.state
        joint = "&" if "?" in self.redirect_uri else "?"
        return RedirectResponse(f"{self.redirect_uri}{joint}{urlencode(answer)}", 302)


def read(request: Request, database: Database) -> Asked:
    """The request; raises what LinkedIn shows as a 401 page, not trusting where it would go."""
    asked = request.query_params
    is_native = request.url.path == NATIVE_PATH
    for name in ("client_id", "redirect_uri"):
        if not asked.get(name):
            raise oauth(400, "invalid_request", f'A required parameter "{name}" is missing')
    app = apps.find(database, asked["client_id"])
    if app is None:
        raise oauth(401, "invalid_client_id", "The passed in client_id is invalid")
    if not _may_redirect(app, asked["redirect_uri"], is_native=is_native):
        description = "The redirect_uri does not match the registered value"
        raise oauth(401, "invalid_redirect_uri", description)
    if unknown := set(asked.get("scope", "").split()) - KNOWN_SCOPES:
        raise oauth(401, "invalid_scope", f"Invalid scope: {', '.join(sorted(unknown))}")
    if is_native:
        _check_native(app, asked.get("code_challenge"), asked.get("code_challenge_method"))
    return Asked(
        app=app,
        redirect_uri=asked["redirect_uri"],
        response_type=asked.get("response_type", ""),
        scope=" ".join(asked.get("scope", "").split()),
        state=asked.get("state"),
        code_challenge=_challenge(request, app),
        is_native=is_native,
    )


def trouble(asked: Asked) -> tuple[str, str] | None:
    """Why the browser goes back without asking: an OAuth error name and its description."""
    if asked.response_type != "code":
        return "unsupported_response_type", 'The parameter "response_type" must be "code"'
    if not asked.scope:
        return "invalid_scope_error", 'A required parameter "scope" is missing'
    for name in asked.scope.split():
        if name not in asked.app.scopes:
            # LinkedIn sends these quotation marks HTML-escaped.
            description = f"Scope &quot;{name}&quot; is not authorized for your application"
            return "unauthorized_scope_error", description
    return None


def _may_redirect(app: App, uri: str, *, is_native: bool) -> bool:
    """A registered address, to the letter; a native application listens on a port of its own."""
    if not is_native:
        return uri in app.redirect_uris
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.hostname in {"127.0.0.1", "::1"}


def _check_native(app: App, challenge: str | None, method: str | None) -> None:
    if not app.has_pkce:
        raise _not_native()
    if not challenge or method != "S256":
        raise oauth(400, "invalid_request", "An S256 code_challenge is required")


def _not_native() -> Refusal:
    return oauth(401, "unauthorized_client", "PKCE is not enabled for this application")


def _challenge(request: Request, app: App) -> str:
    # An app without PKCE ignores the challenge; the verifier then fails at the token request.
    if not app.has_pkce or request.query_params.get("code_challenge_method") != "S256":
        return ""
    return request.query_params.get("code_challenge", "")
