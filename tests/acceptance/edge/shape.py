"""The one error shape of the API, as REST clients see it."""

from typing import Any
from uuid import UUID

import httpx


def refused(reply: httpx.Response, status: int, reason: str) -> Any:
    """Checks the one error shape and returns the body."""
    assert UUID(reply.headers["x-request-id"])
    return unreadable(reply, status, reason)


def unreadable(reply: httpx.Response, status: int, reason: str) -> Any:
    """The same for requests refused before they were read far enough to get an id."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    body = reply.json()
    assert body.keys() == {"code", "message", "details"}
    (info,) = body["details"]
    assert info["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"
    assert info["domain"] == "inergize"
    assert info["reason"] == f"ERROR_REASON_{reason}"
    return body
