"""The page behind a mail's unsubscribe link: a button, no script, nothing from outside.

Looking at it changes nothing: mail scanners open every link.
"""

import base64
from hashlib import sha256
from html import escape
from string import Template

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;"
    "color-scheme:light dark}button{font:inherit;padding:.4em 1em}"
)
_STYLE_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_PAGE = Template(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>Mails from InErgize</title>'
    "<style>$style</style></head><body>$body</body></html>\n"
)
_ASKING = Template(
    "<h1>No more mails?</h1><p>Notifications will not be mailed to you any more. What concerns the "
    "security of your account still is.</p>"
    '<form method="post" action="?token=$token">'
    '<input type="hidden" name="List-Unsubscribe" value="One-Click">'
    "<button>Stop the mails</button></form>"
)
_DONE = (
    "<h1>Done</h1><p>Notifications are not mailed to you any more. You can switch them on again in "
    "your preferences.</p>"
)
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    ("content-security-policy", _POLICY),
    ("referrer-policy", "no-referrer"),  # the address holds the token
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
)
"""Response headers that belong to the page."""


def asking(token: str) -> bytes:
    """The page with the button."""
    return _PAGE.substitute(style=_STYLE, body=_ASKING.substitute(token=escape(token))).encode()


def done() -> bytes:
    """The page after it was pressed."""
    return _PAGE.substitute(style=_STYLE, body=_DONE).encode()
