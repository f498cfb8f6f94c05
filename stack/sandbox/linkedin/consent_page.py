"""The page on which a person signs in as a member, and agrees or refuses. No script."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response

from stack.sandbox.linkedin import members
from stack.sandbox.linkedin.authorization_request import Asked
from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.refusals import Refusal
from stack.sandbox.linkedin.scope_words import SCOPE_WORDS

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_MEMBERS = 100
"""How many members the page offers, the newest first."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def ask(house: House, asked: Asked, chosen: str) -> Response:
    """The question; `chosen` is the member who is already signed in, "" for nobody."""
    known = members.list_all(house.database)[::-1]
    offered = known[:MOST_MEMBERS]
    next_up = chosen or members.waiting(house.database) or (offered[0].id if offered else "")
    page = _render(
        "consent.html",
        app=asked.app,
        permissions=[(SCOPE_WORDS[name], name) for name in asked.scope.split()],
        members=offered,
        chosen=next_up,
        left_out=len(known) - len(offered),
    )
    return HTMLResponse(page, headers=_HEADERS)


def refused(refusal: Refusal) -> Response:
    """Why nobody is asked, for the person who came; the status is the refusal's."""
    page = _render(
        "refused.html", error=refusal.body["error"], description=refusal.body["error_description"]
    )
    return HTMLResponse(page, refusal.status, headers=_HEADERS)


def _render(name: str, **values: object) -> str:
    return _pages().get_template(name).render(values)


@cache
def _pages() -> "Environment":
    # Few runs of the sandbox show a page: the others start without Jinja.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
