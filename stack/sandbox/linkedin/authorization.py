"""Authorization: who signs in, what is agreed to, and the way back to the application.

A browser is shown a page (`consent_page`). A program, which does not ask for HTML, is taken for a
member who agrees at once: the redirect comes straight back. Source:
https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow and
https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow-native
Two parameters are the sandbox's own: `sandbox_member` names who signs in, `sandbox_refusal`
(`user_cancelled_login`, `user_cancelled_authorize`) makes that person refuse.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from stack.sandbox.linkedin import authorization_request, consent_page, consents, members, tokens
from stack.sandbox.linkedin.authorization_request import Asked
from stack.sandbox.linkedin.forms import read_form
from stack.sandbox.linkedin.house import House, house_of
from stack.sandbox.linkedin.refusals import Refusal

Next = Callable[[House, Asked, Request], Awaitable[Response]]

SIGNED_IN = "sandbox_member"
"""The cookie of a member who stays signed in."""

_REFUSALS = {
    "user_cancelled_login": "The user cancelled LinkedIn login",
    "user_cancelled_authorize": "The user cancelled the authorization",
}


async def authorize(request: Request) -> Response:
    """Show a browser the page; send everybody else back with a code, or the reason why not."""
    return await _checked(request, _ask)


async def answer(request: Request) -> Response:
    """Take the page's answer: `decision` is `allow`, or the name of a refusal."""
    return await _checked(request, _take_answer)


async def _checked(request: Request, go_on: Next) -> Response:
    """Go on with a request that can be answered; refuse the others as page or as JSON."""
    house = house_of(request)
    try:
        asked = authorization_request.read(request, house.database)
    except Refusal as refusal:
        if not _is_browser(request):
            raise
        return consent_page.refused(refusal)
    if found := authorization_request.trouble(asked):
        return _refused(asked, *found)
    return await go_on(house, asked, request)


async def _ask(house: House, asked: Asked, request: Request) -> Response:
    refusal = request.query_params.get("sandbox_refusal", "")
    if refusal in _REFUSALS:
        return _refused(asked, refusal, _REFUSALS[refusal])
    named = request.query_params.get("sandbox_member")
    if named or not _is_browser(request):
        return _agreed(house, asked, members.sign_in(house.database, named).id)
    signed_in = request.cookies.get(SIGNED_IN, "")
    if signed_in and consents.is_given(house, asked.app, signed_in, asked.scope):
        return _agreed(house, asked, signed_in)
    return consent_page.ask(house, asked, signed_in)


async def _take_answer(house: House, asked: Asked, request: Request) -> Response:
    form = await read_form(request)
    decision = form.get("decision", "")
    if decision in _REFUSALS:
        return _refused(asked, decision, _REFUSALS[decision])
    if decision != "allow":
        return consent_page.ask(house, asked, "")
    member = members.sign_in_chosen(house.database, form.get("member", ""))
    sent_back = _agreed(house, asked, member.id)
    if form.get("stay"):
        sent_back.set_cookie(SIGNED_IN, member.id, httponly=True, samesite="lax")
    return sent_back


def _agreed(house: House, asked: Asked, member_id: str) -> Response:
    consents.record(house, asked.app, member_id, asked.scope)
    code = tokens.issue_code(
        house,
        asked.app,
        member_id,
        redirect_uri=asked.redirect_uri,
        scope=asked.scope,
        code_challenge=asked.code_challenge,
        is_native=asked.is_native,
    )
    return asked.back({"code": code})


def _refused(asked: Asked, error: str, description: str) -> Response:
    return asked.back({"error": error, "error_description": description})


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
