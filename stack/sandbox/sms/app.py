"""The sandbox as a web application: one account, its messages, and Twilio's refusals.

Numbers that are refused are those of Twilio's own test accounts:
https://www.twilio.com/docs/iam/test-credentials
"""

import hmac
import secrets
from base64 import b64decode
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

MOST_KEPT = 1_000
LONGEST_BODY = 1_600
REFUSED_TO = {
    "+15005550001": (21211, "The 'To' number +15005550001 is not a valid phone number."),
    "+15005550002": (21612, "The message From/To pair violates a blacklist rule."),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region."),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number: +15005550009, is not a valid mobile number"),
}
REFUSED_FROM = {
    "+15005550001": (21212, "The 'From' number +15005550001 is not a valid phone number."),
    "+15005550007": (
        21606,
        "The From phone number +15005550007 is not a valid, SMS-capable number",
    ),
    "+15005550008": (
        21611,
        "This 'From' number has exceeded the maximum number of queued messages",
    ),
}


@dataclass(frozen=True, slots=True)
class Sms:
    """A message that was taken."""

    sid: str
    to: str
    sender: str
    body: str
    received_time: str


@dataclass(frozen=True, slots=True)
class Account:
    """The one account that may send."""

    sid: str
    auth_token: str


class Sandbox:
    """Takes messages, and keeps the newest in memory."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._kept: deque[Sms] = deque(maxlen=MOST_KEPT)

    def web(self) -> Starlette:
        """The web application."""
        path = "/2010-04-01/Accounts/{sid}/Messages.json"
        return Starlette(
            routes=[
                Route("/healthz", self.health),
                Route(path, self.send, methods=["POST"]),
                Route("/sandbox/messages", self.list, methods=["GET"]),
                Route("/sandbox/messages", self.forget, methods=["DELETE"]),
            ],
            exception_handlers={HTTPException: _refusal},
        )

    async def health(self, _: Request) -> Response:
        """Whether it serves."""
        return PlainTextResponse("ok\n")

    async def send(self, request: Request) -> Response:
        """Take a message as Twilio does, or refuse it as Twilio does."""
        self._authenticate(request)
        form = dict(parse_qsl((await request.body()).decode()))
        to, sender, body = (form.get(name, "") for name in ("To", "From", "Body"))
        _check(to, sender, body)
        sid = f"SM{secrets.token_hex(16)}"
        self._kept.appendleft(Sms(sid, to, sender, body, datetime.now(UTC).isoformat()))
        answer = {"sid": sid, "status": "queued", "to": to, "from": sender, "body": body}
        return JSONResponse(answer | {"error_code": None, "error_message": None}, 201)

    async def list(self, request: Request) -> Response:
        """`GET /sandbox/messages?to=NUMBER`, newest first."""
        number = request.query_params.get("to")
        return JSONResponse([asdict(sms) for sms in self._kept if number in (None, sms.to)])

    async def forget(self, _: Request) -> Response:
        """Forget every message."""
        self._kept.clear()
        return JSONResponse({})

    def _authenticate(self, request: Request) -> None:
        expected = f"{self._account.sid}:{self._account.auth_token}"
        given = _credentials(request.headers.get("authorization", ""))
        if not hmac.compare_digest(given, expected.encode()):
            _refuse(401, 20003, "Authenticate")
        if request.path_params["sid"] != self._account.sid:
            _refuse(404, 20404, "The requested resource was not found")


def _check(to: str, sender: str, body: str) -> None:
    if not to:
        _refuse(400, 21604, "A 'To' phone number is required.")
    if not sender:
        _refuse(400, 21603, "A 'From' phone number is required.")
    if not body:
        _refuse(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        _refuse(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    refused = REFUSED_FROM.get(sender) or REFUSED_TO.get(to)
    if refused:
        _refuse(400, *refused)
    if not (to.startswith("+") and to[1:].isdecimal() and 7 < len(to) <= 16):
        _refuse(400, 21211, "The 'To' number is not a valid phone number.")


def _refuse(status: int, code: int, message: str) -> NoReturn:
    raise HTTPException(status, detail=f"{code} {message}")


async def _refusal(request: Request, refused: Exception) -> Response:
    del request
    if not isinstance(refused, HTTPException):
        raise refused
    code, _, message = refused.detail.partition(" ")
    is_ours = code.isdecimal()
    info = f"https://www.twilio.com/docs/errors/{code}"
    body = {
        "code": int(code) if is_ours else 20404,
        "message": message if is_ours else refused.detail,
        "more_info": info if is_ours else "https://www.twilio.com/docs/errors/20404",
        "status": refused.status_code,
    }
    return JSONResponse(body, refused.status_code)


def _credentials(header: str) -> bytes:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return b64decode(encoded, validate=True)
    except ValueError:
        return b""
