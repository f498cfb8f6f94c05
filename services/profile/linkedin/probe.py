"""What LinkedIn says to an application before any member has consented.

For diagnosis: each call names one setting by how it is refused, grants nothing and changes nothing.
Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from services.profile.linkedin.config import LinkedInConfig
from services.profile.linkedin.problem import read_problem
from services.profile.linkedin.transport import FAILURES, Transport

_CODE_THAT_NEVER_WAS = "inergize-doctor"


class Verdict(Enum):
    """What an answer says about the setting that was tried."""

    GOOD = "good"
    CLIENT_UNKNOWN = "client_unknown"
    SECRET_WRONG = "secret_wrong"  # noqa: S105 - a verdict, not a secret
    REDIRECT_UNKNOWN = "redirect_unknown"
    SCOPE_REFUSED = "scope_refused"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: what it means, LinkedIn's own words, and its clock (aware UTC) if it told."""

    verdict: Verdict
    words: str = ""
    at: datetime | None = None


class Probe:
    """Asks LinkedIn as one application."""

    def __init__(self, http: httpx.AsyncClient, config: LinkedInConfig) -> None:
        """Ask through `http`, which the caller closes."""
        self._transport = Transport(http, config.timeout_ms, lambda _: None)
        self._config = config

    async def consent_page(self) -> Said:
        """Whether a member's browser would be shown the consent page.

        Tells an unknown application, an address that is not registered and a scope that is not
        granted; a member who is not signed in sees LinkedIn's sign-in page, which is as good.
        """
        asked = {
            "response_type": "code",
            "client_id": self._config.client_id,
            "redirect_uri": self._config.redirect_uri,
            "scope": " ".join(self._config.scopes),
            "state": _CODE_THAT_NEVER_WAS,
        }
        answer = await self._send(
            "GET", f"{self._config.oauth_url}/authorization?{urlencode(asked)}"
        )
        if isinstance(answer, Said):
            return answer
        return Said(*_of_consent(answer, self._config.redirect_uri), _clock(answer))

    async def secret(self) -> Said:
        """Whether LinkedIn takes the secret: it says so before it looks for the code."""
        form = {
            "grant_type": "authorization_code",
            "code": _CODE_THAT_NEVER_WAS,
            "client_id": self._config.client_id,
            "client_secret": self._config.client_secret,
            "redirect_uri": self._config.redirect_uri,
        }
        answer = await self._send(
            "POST",
            f"{self._config.oauth_url}/accessToken",
            {"Content-Type": "application/x-www-form-urlencoded"},
            urlencode(form).encode(),
        )
        if isinstance(answer, Said):
            return answer
        problem = read_problem(answer)
        verdict = _OF_TOKEN_ERROR.get(problem.code, Verdict.UNREADABLE)
        return Said(verdict, problem.message, _clock(answer))

    async def api(self) -> Said:
        """Whether the API answers: it refuses a token that never was, and tells no more."""
        headers = {
            "LinkedIn-Version": self._config.version,
            "X-Restli-Protocol-Version": "2.0.0",
            "Authorization": f"Bearer {_CODE_THAT_NEVER_WAS}",
        }
        url = f"{self._config.api_url}/rest/posts/urn%3Ali%3Ashare%3A1"
        answer = await self._send("GET", url, headers)
        if isinstance(answer, Said):
            return answer
        problem = read_problem(answer)
        is_refused = answer.status_code == HTTPStatus.UNAUTHORIZED
        verdict = Verdict.GOOD if is_refused else Verdict.UNREADABLE
        return Said(verdict, problem.message, _clock(answer))

    async def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response | Said:
        try:
            return await self._transport.send(
                method, url, endpoint="probe", headers=headers or {}, content=content
            )
        except FAILURES as failure:
            return Said(Verdict.UNREACHABLE, type(failure).__name__)


_OF_TOKEN_ERROR = {
    "invalid_client": Verdict.SECRET_WRONG,
    "invalid_client_id": Verdict.CLIENT_UNKNOWN,
    # Credentials are right: what is missing is the code, or its redirect address with it.
    "invalid_request": Verdict.GOOD,
    "invalid_redirect_uri": Verdict.GOOD,
    "invalid_grant": Verdict.GOOD,
}
_OF_CONSENT_WORDS = (
    ("redirect_uri does not match", Verdict.REDIRECT_UNKNOWN),
    ("invalid_redirect_uri", Verdict.REDIRECT_UNKNOWN),
    ("client_id is invalid", Verdict.CLIENT_UNKNOWN),
    ("invalid_client_id", Verdict.CLIENT_UNKNOWN),
    ("invalid scope", Verdict.SCOPE_REFUSED),
    ("invalid_scope", Verdict.SCOPE_REFUSED),
)
"""Whole phrases: a sign-in page holds the names of the parameters too, in its own address."""

_WORDS_LIMIT = 300


def _of_consent(answer: httpx.Response, redirect_uri: str) -> tuple[Verdict, str]:
    location = answer.headers.get("location", "")
    if location and _is_same_place(location, redirect_uri):
        return _of_redirect(parse_qs(urlsplit(location).query))
    text = answer.text.lower()
    for phrase, verdict in _OF_CONSENT_WORDS:
        if phrase in text:
            return verdict, read_problem(answer).message[:_WORDS_LIMIT]
    if answer.is_error:
        return Verdict.UNREADABLE, f"HTTP {answer.status_code}"
    return Verdict.GOOD, ""


def _of_redirect(query: dict[str, list[str]]) -> tuple[Verdict, str]:
    error = query.get("error", [""])[0]
    words = query.get("error_description", [""])[0].replace("&quot;", '"')[:_WORDS_LIMIT]
    if not error or error == "user_cancelled_login":
        return Verdict.GOOD, ""
    return (Verdict.SCOPE_REFUSED if "scope" in error else Verdict.UNREADABLE), words or error


def _is_same_place(location: str, redirect_uri: str) -> bool:
    there, ours = urlsplit(location), urlsplit(redirect_uri)
    return (there.scheme, there.netloc, there.path) == (ours.scheme, ours.netloc, ours.path)


def _clock(answer: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except (TypeError, ValueError):
        return None
