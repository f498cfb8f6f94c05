"""Calls any method through the edge by REST, native gRPC and gRPC-Web, and says how it ended."""

import base64
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import grpc
import httpx
from google.api import annotations_pb2
from google.protobuf import json_format
from google.protobuf.message import Message

from services.kernel.contract import Method
from tests.support.contracts import descriptor

TIMEOUT_SECONDS = 5.0
DETAILS = "grpc-status-details-bin"
REFUSALS = {
    "",
    *("ERROR_REASON_UNAUTHENTICATED", "ERROR_REASON_SESSION_ENDED"),
    *("ERROR_REASON_PERMISSION_DENIED", "ERROR_REASON_SCOPE_MISSING"),
    "ERROR_REASON_REAUTHENTICATION_REQUIRED",
}
"""Other reasons are a method's own judgement, such as of the password in the request."""


@dataclass(frozen=True)
class Ending:
    """How a call ended, whatever the protocol."""

    status: int
    """HTTP status for REST, gRPC code otherwise."""
    body: str
    """Everything that came back."""

    protocol: str
    reason: str = ""
    """The ErrorReason of a failure; empty where there is none, as in some refusals of Envoy's."""

    @property
    def is_refused(self) -> bool:
        """Whether the caller was turned away: who they are or may do, not what they asked for."""
        return (self.is_unauthenticated or self.is_denied) and self.reason in REFUSALS

    @property
    def is_unauthenticated(self) -> bool:
        return self.status == (401 if self.protocol == "rest" else 16)

    @property
    def is_denied(self) -> bool:
        return self.status == (403 if self.protocol == "rest" else 7)

    @property
    def is_absent(self) -> bool:
        """Not reachable at all: no such path, or no such method."""
        return self.status == 404 if self.protocol == "rest" else self.status in (5, 12)

    @property
    def is_server_error(self) -> bool:
        return self.status >= 500 if self.protocol == "rest" else self.status in (2, 13, 14, 15)


def rest(url: str, method: Method, request: Message, headers: Mapping[str, str]) -> Ending:
    """Call by REST, as the contract's route says."""
    verb, path, body = rest_call(method, request)
    timeout = httpx.Timeout(TIMEOUT_SECONDS, read=1.0 if method.is_stream else TIMEOUT_SECONDS)
    options: dict[str, Any] = {"json": body, "headers": dict(headers), "timeout": timeout}
    with _client().stream(verb, url + path, **options) as reply:
        text = _read(reply, method)
        return Ending(reply.status_code, text, "rest", _reason(text))


def rest_call(method: Method, request: Message) -> tuple[str, str, dict[str, Any] | None]:
    """Verb, path with query, and JSON body of a request."""
    rule = descriptor(method).GetOptions().Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern")
    values = json_format.MessageToDict(request, preserving_proto_field_name=True)
    path = re.sub(r"\{(\w+)\}", lambda found: str(values.pop(found[1], "x")), getattr(rule, verb))
    if rule.body == "*":
        return verb.upper(), path, values
    body = values.pop(rule.body, None)
    return verb.upper(), f"{path}?{urlencode(values, doseq=True)}" if values else path, body


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    """One client: each new one would load certificates that no test here needs."""
    return httpx.Client()


def _read(reply: httpx.Response, method: Method) -> str:
    if not method.is_stream:
        return reply.read().decode()
    try:
        return next(reply.iter_text(), "")
    except httpx.ReadTimeout:
        return ""


def native(
    channel: grpc.Channel, method: Method, request: Message, headers: Mapping[str, str]
) -> Ending:
    """Call by gRPC."""
    kind: Any = channel.unary_stream if method.is_stream else channel.unary_unary
    rpc = kind(
        method.path,
        request_serializer=method.request_type.SerializeToString,
        response_deserializer=method.reply_type.FromString,
    )
    try:
        reply = rpc(request, metadata=list(headers.items()), timeout=TIMEOUT_SECONDS)
        first = next(iter(reply), None) if method.is_stream else reply
        if method.is_stream:
            reply.cancel()
    except grpc.RpcError as error:
        status: Any = error
        details = dict(status.trailing_metadata() or ()).get(DETAILS, b"")
        text = f"{status.details()} {error}"
        return Ending(status.code().value[0], text, "grpc", _reason(details.decode("latin-1")))
    return Ending(0, str(first), "grpc")


def web(url: str, method: Method, request: Message, headers: Mapping[str, str]) -> Ending:
    """Call by gRPC-Web."""
    body = request.SerializeToString()
    framed = struct.pack(">BI", 0, len(body)) + body
    sent = {"content-type": "application/grpc-web+proto", "x-grpc-web": "1", **headers}
    timeout = httpx.Timeout(TIMEOUT_SECONDS, read=1.0 if method.is_stream else TIMEOUT_SECONDS)
    with _client().stream(
        "POST", url + method.path, content=framed, headers=sent, timeout=timeout
    ) as reply:
        raw = _read_raw(reply, method)
    status = reply.headers.get("grpc-status") or _trailer(raw)
    if status is None:
        # A stream that is still open has no status yet; anything else without one is no gRPC-Web.
        status = "0" if reply.status_code == 200 else "2"
    text = raw.decode("latin-1")
    encoded = (
        reply.headers.get(DETAILS) or (re.findall(rf"{DETAILS}: ?([\w+/=-]+)", text) or [""])[0]
    )
    details = base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode("latin-1")
    return Ending(int(status), text, "web", _reason(details))


def _reason(text: str) -> str:
    found = re.search(r"ERROR_REASON_[A-Z_]+", text)
    return found[0] if found else ""


def _read_raw(reply: httpx.Response, method: Method) -> bytes:
    if not method.is_stream:
        return reply.read()
    try:
        return next(reply.iter_raw(), b"")
    except httpx.ReadTimeout:
        return b""


def _trailer(raw: bytes) -> str | None:
    found = re.search(rb"grpc-status: ?(\d+)", raw)
    return found[1].decode() if found else None
