"""Query tunnelling: a query too long for an address travels in the body of a POST.

LinkedIn answers 414 to a query string over 4 KB.
Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/query-tunneling
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

LONGEST_QUERY = 4_000
"""In characters, which are bytes here: what is longer is tunnelled, as the official client does."""

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it leaves."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None


def tunnelled(request: Outgoing) -> Outgoing:
    """The same request, in a tunnel when its query is too long for the address.

    Without a body the query becomes the body; with one, both become parts of a `multipart/mixed`.
    """
    address, _, query = request.url.partition("?")
    if len(query) <= LONGEST_QUERY:
        return request
    headers = dict(request.headers) | {"X-HTTP-Method-Override": request.method}
    if request.content is None:
        headers["Content-Type"] = _FORM
        return Outgoing("POST", address, headers, query.encode())
    # Made anew each time, so that no body can hold it.
    boundary = uuid4().hex
    content_type = headers.get("Content-Type", "application/json")
    headers["Content-Type"] = f"multipart/mixed; boundary={boundary}"
    body = _multipart(boundary, ((_FORM, query.encode()), (content_type, request.content)))
    return Outgoing("POST", address, headers, body)


def _multipart(boundary: str, parts: tuple[tuple[str, bytes], ...]) -> bytes:
    opening = f"--{boundary}\r\n".encode()
    written = b"".join(
        opening + f"Content-Type: {content_type}\r\n\r\n".encode() + content + b"\r\n"
        for content_type, content in parts
    )
    return written + f"--{boundary}--\r\n".encode()
