"""Pages that read a mailed token in the browser and redeem it at the press of a button.

The server never puts the token into a page. A page runs the one script that its policy names by
its hash, and reaches nothing but where it came from.
"""

import base64
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent
TITLES = {"verify_email": "Confirm your address", "reset_password": "Choose a new password"}
_PAGE = Template(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>$title</title>'
    "<style>$style</style></head><body>$body"
    '<p id="status" role="status"></p>$way_on'
    "<noscript><p>This page needs JavaScript to read the token in its address.</p></noscript>"
    "<script>$script</script></body></html>\n"
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the response headers that belong to it."""

    html: bytes
    headers: tuple[tuple[str, str], ...]


@lru_cache
def page(name: str, front_end_url: str) -> Page:
    """The page of that name; with a link onwards where there is a front end."""
    style, script = _read("page.css"), _read("common.js") + _read(f"{name}.js")
    way_on = f'<p><a href="{escape(front_end_url)}">Go on</a></p>' if front_end_url else ""
    html = _PAGE.substitute(
        title=TITLES[name],
        style=style,
        script=script,
        body=_read(f"{name}.html"),
        way_on=way_on,
    )
    return Page(html.encode(), _headers(style, script))


def _headers(style: str, script: str) -> tuple[tuple[str, str], ...]:
    policy = (
        "default-src 'none'",
        f"script-src '{_hash(script)}'",
        f"style-src '{_hash(style)}'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return (
        ("content-security-policy", "; ".join(policy)),
        ("referrer-policy", "no-referrer"),  # the address holds the token until the script ran
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    )


def _read(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}"
