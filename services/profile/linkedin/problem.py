"""Reading the error bodies in which LinkedIn explains a refusal.

Three shapes occur: the gateway's, the validation layer's with `errorDetails`, and OAuth's.
Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling
"""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from services.profile.linkedin.errors import (
    ACCESS_DENIED,
    EXPIRED_ACCESS_TOKEN,
    REVOKED_ACCESS_TOKEN,
)
from services.profile.linkedin.redaction import MESSAGE_LIMIT

_DUPLICATE = re.compile(r"duplicate of (urn:li:(?:share|ugcPost|activity):\d+)")
_CODES = {  # older gateways send the number alone
    "65600": "INVALID_ACCESS_TOKEN",
    "65601": REVOKED_ACCESS_TOKEN,
    "65602": EXPIRED_ACCESS_TOKEN,
    "100": ACCESS_DENIED,
}
_NOT_PERMITTED = "Not enough permissions to access"
"""How every refusal of a scope begins, from `…: POST /ugcPosts` to `…: posts.CREATE.20260901`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal: LinkedIn's word for it ("" when it gave none) and its explanation."""

    code: str
    message: str
    field_path: str = ""
    """The field that was refused, such as `/commentary`, where LinkedIn names one."""

    @property
    def duplicate_of(self) -> str | None:
        """URN of the post that LinkedIn takes this one to repeat, if that is the trouble."""
        found = _DUPLICATE.search(self.message)
        return found[1] if found else None


def read_problem(response: httpx.Response) -> Problem:
    """Read any error body. One that is not LinkedIn's (a proxy's page) gives an empty code."""
    try:
        body = response.json()
    except ValueError:
        return Problem("", response.reason_phrase)
    if not isinstance(body, dict):
        return Problem("", response.reason_phrase)
    message = _message(body)[:MESSAGE_LIMIT] or response.reason_phrase
    return Problem(_code(body), message, _field_path(body))


def _code(body: dict[str, Any]) -> str:
    # The precise word stands in `inputErrors` when there is one; the outer `code` is general.
    candidates = (
        *(error.get("code") for error in _input_errors(body)),
        body.get("code"),
        body.get("error"),
        _CODES.get(str(body.get("serviceErrorCode"))),
        # The oldest answers have neither a word nor a number.
        ACCESS_DENIED if _message(body).startswith(_NOT_PERMITTED) else None,
    )
    return next((code for code in candidates if isinstance(code, str)), "")


def _message(body: dict[str, Any]) -> str:
    return str(body.get("message") or body.get("error_description") or "")


def _field_path(body: dict[str, Any]) -> str:
    for error in _input_errors(body):
        given = error.get("input")
        path = given.get("inputPath") if isinstance(given, dict) else None
        if isinstance(path, dict) and isinstance(path.get("fieldPath"), str):
            return str(path["fieldPath"])
    return ""


def _input_errors(body: dict[str, Any]) -> list[dict[str, Any]]:
    details = body.get("errorDetails")
    errors = details.get("inputErrors") if isinstance(details, dict) else None
    return [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
