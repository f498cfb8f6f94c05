"""The page that a member sees after LinkedIn's: no script, nothing from outside."""

import base64
from hashlib import sha256
from html import escape
from math import ceil
from string import Template

from services.kernel.errors import DomainError

MINUTE_SECONDS = 60
MOST_MINUTES = 90
"""A longer wait is said in hours."""

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;"
    "color-scheme:light dark}"
)
_PAGE = Template(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>$title</title>'
    "<style>$style</style></head><body><h1>$title</h1>"
    "$words<p>$next</p></body></html>\n"
)
_STYLE_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()

_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)

HEADERS = (
    ("content-security-policy", _POLICY),
    ("referrer-policy", "no-referrer"),  # the address holds the code and the state
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
)
"""Response headers that belong to the page."""


def connected(front_end_url: str) -> bytes:
    """All is well; with a way back when there is a front end."""
    return _filled("LinkedIn is connected", "", front_end_url)


def refused(words: str, front_end_url: str) -> bytes:
    """Nothing was connected, and why."""
    return _filled("LinkedIn is not connected", f"<p>{escape(words)}</p>", front_end_url)


def words_of(refusal: DomainError) -> str:
    """Why nothing was connected, and how long to wait where that helps."""
    if refusal.retry_after is None:
        return refusal.message
    minutes = max(ceil(refusal.retry_after.total_seconds() / MINUTE_SECONDS), 1)
    if minutes <= MOST_MINUTES:
        return f"{refusal.message} Try again in {_counted(minutes, 'minute')}."
    return f"{refusal.message} Try again in {_counted(ceil(minutes / 60), 'hour')}."


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _filled(title: str, words: str, front_end_url: str) -> bytes:
    way_on = "You can close this window."
    if front_end_url:
        way_on = f'<a href="{escape(front_end_url)}">Go on</a>'
    return _PAGE.substitute(style=_STYLE, title=title, words=words, next=way_on).encode()
