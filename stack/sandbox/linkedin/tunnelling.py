"""Long addresses: refused with 414, or sent as the body of a POST, which is opened here.

Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/query-tunneling
"""

from email import message_from_bytes
from email.message import Message as Mail

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stack.sandbox.linkedin.refusals import Refusal, gateway, respond

_KIB = 1024
LONGEST_QUERY_BYTES = 4 * _KIB
LONGEST_URL_BYTES = 8 * _KIB
LONGEST_SEGMENT_BYTES = 4 * _KIB
LONGEST_HEAD_BYTES = 28 * _KIB

_FORM = "application/x-www-form-urlencoded"
_API = ("/rest/", "/v2/")


class Tunnelling:
    """Refuses what is too long, and turns a tunnelled call into the call that was meant."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other than to the API it passes untouched."""
        if scope["type"] == "http" and scope["path"].startswith(_API):
            try:
                _check_lengths(scope)
                receive = await _opened(scope, receive)
            except Refusal as refusal:
                await respond(refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _check_lengths(scope: Scope) -> None:
    path, query = scope["raw_path"], scope["query_string"]
    head_bytes = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    url_bytes = len(path) + len(query) + 1
    if (
        len(query) > LONGEST_QUERY_BYTES
        or url_bytes > LONGEST_URL_BYTES
        or max(map(len, path.split(b"/"))) > LONGEST_SEGMENT_BYTES
        or head_bytes + url_bytes > LONGEST_HEAD_BYTES
    ):
        raise gateway(414, "Request-URI Too Long", code="URI_TOO_LONG")


async def _opened(scope: Scope, receive: Receive) -> Receive:
    """Give `scope` the method and query that a tunnelled call is for; returns its own body."""
    request = Request(scope, receive)
    method = request.headers.get("x-http-method-override", "").upper()
    if not method or scope["method"] != "POST":
        return receive
    if scope["query_string"]:
        raise gateway(400, "A tunnelled request has its query in the body", code="BAD_REQUEST")
    content_type, body = request.headers.get("content-type", ""), await request.body()
    query, body = (body, b"") if content_type.startswith(_FORM) else _parts(content_type, body)
    # Changed in place: whoever cuts connections looks at this very scope.
    scope["method"], scope["query_string"] = method, query.strip()
    return _replaying(body)


def _parts(content_type: str, body: bytes) -> tuple[bytes, bytes]:
    """The query and the body of a call that has both."""
    mail = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = mail.get_payload()
    if isinstance(parts, list) and len(parts) == 2:
        first, second = parts
        if isinstance(first, Mail) and isinstance(second, Mail):
            return _bytes(first), _bytes(second)
    raise gateway(400, "A tunnelled request needs a query and a body", code="BAD_REQUEST")


def _bytes(part: Mail) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _replaying(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
