"""The page that a member sees after connecting LinkedIn: no script, nothing from outside."""

import base64
from hashlib import sha256
from html import escape
from string import Template

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;"
    "color-scheme:light dark}"
)
_PAGE = Template(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>LinkedIn is connected</title>'
    "<style>$style</style></head><body><h1>LinkedIn is connected</h1>"
    "<p>$next</p></body></html>\n"
)
_STYLE_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()

HEADERS = (
    ("content-security-policy", f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'"),
    ("referrer-policy", "no-referrer"),  # the address holds the code and the state
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
)
"""Response headers that belong to the page."""


def connected(front_end_url: str) -> bytes:
    """The page, with a way back when there is a front end."""
    way_on = "You can close this window."
    if front_end_url:
        way_on = f'<a href="{escape(front_end_url)}">Go on</a>'
    return _PAGE.substitute(style=_STYLE, next=way_on).encode()
