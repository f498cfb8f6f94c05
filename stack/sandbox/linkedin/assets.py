"""`/rest/images`, `/rest/documents`, `/rest/videos`: allowed, finished, looked at.

Where the bytes go is in `uploads`.
Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api
and its sisters documents-api and videos-api
"""

import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse, Response

from stack.sandbox.linkedin import answers, applied, authors
from stack.sandbox.linkedin.arguments import body_of, key_of, query_of
from stack.sandbox.linkedin.gate import Call, Handler, Operation
from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.media_rules import failure_of
from stack.sandbox.linkedin.post_content import missing
from stack.sandbox.linkedin.refusals import Refusal, bad_schema, gateway, invalid_input
from stack.sandbox.linkedin.restli import Value

PART_BYTES = 4 << 20
LIFE_MS = 24 * 3600 * 1000
"""How long an address for an upload is good."""
PROCESSING_MS = 300

WRITE = frozenset({"w_member_social", "w_organization_social"})
SEE = frozenset({"r_member_social", "r_organization_social"})
"""Integrators report that a member's token may look at videos, but not at images or documents."""


@dataclass(frozen=True, slots=True)
class AssetKind:
    """One kind of upload: the name of its resource, and of one of it."""

    resource: str
    name: str
    see: frozenset[str]

    def operation(self, method: str) -> Operation:
        """A call of the resource."""
        is_read = method in {"GET", "BATCH_GET"}
        return Operation(self.resource, method, self.see if is_read else WRITE)


@dataclass(frozen=True, slots=True)
class Ticket:
    """An upload that is allowed: an address for each part, until `expires_ms`."""

    urls: list[str]
    expires_ms: int
    upload_token: str


IMAGES = AssetKind("images", "image", SEE)
DOCUMENTS = AssetKind("documents", "document", SEE)
VIDEOS = AssetKind("videos", "video", SEE | WRITE)
KINDS = (IMAGES, DOCUMENTS, VIDEOS)

LONGEST_BYTES = {"documents": 100 << 20, "videos": 500 << 20}


def initialize(kind: AssetKind) -> Handler:
    """The action that allows an upload, and says where its bytes go."""

    async def act(call: Call) -> Response:
        query_of(call)
        wanted = _wanted(await body_of(call), "initializeUploadRequest")
        owner = wanted.get("owner")
        if not isinstance(owner, str):
            raise missing("/initializeUploadRequest/owner")
        if not authors.may_write(call, owner):
            raise _forbidden(kind)
        return _initialize(call, kind, owner, _part_sizes(kind, wanted))

    return act


async def finalize(call: Call) -> Response:
    """The action that ends a video's upload: all parts, in order, by their tags."""
    query_of(call)
    wanted = _wanted(await body_of(call), "finalizeUploadRequest")
    urn, tags = wanted.get("video"), wanted.get("uploadedPartIds")
    row = call.house.database.one("get_asset", urn=urn) if isinstance(urn, str) else None
    if row is None or row["kind"] != VIDEOS.resource:
        raise gateway(404, "The video could not be found", code="NOT_FOUND")
    if not authors.may_write(call, row["owner"]):
        raise _forbidden(VIDEOS)
    parts = call.house.database.all("list_parts", urn=urn)
    uploaded = [part["tag"] for part in parts]
    if None in uploaded or uploaded != tags or wanted.get("uploadToken") != row["upload_token"]:
        message = "The uploaded parts do not make up the video"
        raise invalid_input(400, "PARAM_INVALID", message, path="/uploadedPartIds")
    whole = hashlib.sha256("".join(uploaded).encode()).hexdigest()
    if row["completed_ms"] is None:
        paths = [call.house.uploads / part["token"] for part in parts]
        failure = _failure_of_parts(paths)
        with call.house.database.transaction():
            complete(call.house, row["urn"], whole, failure)
            applied.record(call, "video.upload", row["urn"])
        for path in paths:
            path.unlink(missing_ok=True)
    # The official client cannot read an action's answer that is no JSON.
    return JSONResponse({})


def get(kind: AssetKind) -> Handler:
    """How far an upload is."""

    async def look(call: Call) -> Response:
        query = query_of(call)
        return answers.entity(query, _seen(call, kind, key_of(call)))

    return look


def batch_get(kind: AssetKind) -> Handler:
    """How far several are."""

    async def look(call: Call) -> Response:
        return answers.batch(query_of(call), lambda key: _seen(call, kind, key))

    return look


def complete(house: House, urn: str, sha256: str, failure: str) -> None:
    """All of it is here; `failure` is why it cannot be processed, "" when it can."""
    now_ms = house.clock.now_ms()
    house.database.run(
        "complete_asset", urn=urn, sha256=sha256, completed_ms=now_ms, failure=failure
    )


def state_of(house: House, urn: str) -> str:
    """LinkedIn's word for how far an upload is; "" for one that does not exist."""
    row = house.database.one("get_asset", urn=urn)
    if row is None:
        return ""
    if row["failure"]:
        return "PROCESSING_FAILED"
    if row["completed_ms"] is None:
        return "WAITING_UPLOAD"
    is_done = house.clock.now_ms() >= row["completed_ms"] + PROCESSING_MS
    return "AVAILABLE" if is_done else "PROCESSING"


def check_usable(house: House, owner: str, urns: Iterable[str]) -> None:
    """Refuse to show what is not there, not usable yet, or another's."""
    for urn in urns:
        row = house.database.one("get_asset", urn=urn)
        is_own = row is not None and row["owner"] == owner
        if not is_own or state_of(house, urn) != "AVAILABLE":
            message = f"The media {urn} does not exist, is not AVAILABLE or is another's"
            if is_own and row is not None and row["failure"]:
                message = f"The media {urn} could not be processed: {row['failure']}"
            raise invalid_input(400, "PARAM_INVALID", message, path="/content")


def allow(call: Call, resource: str, urn: str, owner: str, sizes: list[int]) -> Ticket:
    """Allow an upload in parts of these sizes, 0 for any."""
    expires_ms = call.house.clock.now_ms() + LIFE_MS
    upload_token = secrets.token_urlsafe(16) if len(sizes) > 1 else ""
    tokens = [secrets.token_urlsafe(24) for _ in sizes]
    with call.house.database.transaction():
        call.house.database.run(
            "add_asset",
            urn=urn,
            kind=resource,
            owner=owner,
            upload_token=upload_token,
            expires_ms=expires_ms,
        )
        for number, (token, size) in enumerate(zip(tokens, sizes, strict=True)):
            call.house.database.run(
                "add_part", token=token, urn=urn, number=number, size_bytes=size
            )
    urls = [f"{call.request.base_url}dms-uploads/{token}" for token in tokens]
    return Ticket(urls, expires_ms, upload_token)


def _failure_of_parts(paths: Iterable[Path]) -> str:
    """Why a video cannot be processed, judged by its parts put together."""
    with tempfile.TemporaryFile() as whole:
        for path in paths:
            with path.open("rb") as part:
                shutil.copyfileobj(part, whole)
        return failure_of(VIDEOS.resource, whole)


def _initialize(call: Call, kind: AssetKind, owner: str, sizes: list[int]) -> Response:
    urn = f"urn:li:{kind.name}:{_prefix(kind)}{secrets.token_urlsafe(12)}"
    ticket = allow(call, kind.resource, urn, owner, sizes)
    if kind is not VIDEOS:
        where = {"uploadUrlExpiresAt": ticket.expires_ms, "uploadUrl": ticket.urls[0]}
        return answers.value({**where, kind.name: urn})
    where = {"uploadUrlsExpireAt": ticket.expires_ms, "uploadToken": ticket.upload_token}
    instructions = _instructions(ticket.urls, sizes)
    return answers.value({**where, "video": urn, "uploadInstructions": instructions})


def _prefix(kind: AssetKind) -> str:
    """How the number of an upload begins, by its kind, in the documentation's examples."""
    return {"images": "C4E", "documents": "C4D", "videos": "D5F"}[kind.resource]


def _part_sizes(kind: AssetKind, wanted: dict[str, Any]) -> list[int]:
    """How long each part is to be; 0 for any length."""
    if kind is not VIDEOS:
        return [0]
    size_bytes = wanted.get("fileSizeBytes")
    path = "/initializeUploadRequest/fileSizeBytes"
    if not isinstance(size_bytes, int) or isinstance(size_bytes, bool) or size_bytes <= 0:
        raise missing(path)
    longest = LONGEST_BYTES["videos"]
    if size_bytes > longest:
        message = f"The value {size_bytes} exceeded the maximum allowed {longest}"
        raise invalid_input(400, "FIELD_VALUE_TOO_HIGH", message, path=path)
    whole, rest = divmod(size_bytes, PART_BYTES)
    return [PART_BYTES] * whole + ([rest] if rest else [])


def _instructions(urls: list[str], sizes: list[int]) -> list[dict[str, Any]]:
    first, told = 0, []
    for url, size in zip(urls, sizes, strict=True):
        told.append({"uploadUrl": url, "firstByte": first, "lastByte": first + size - 1})
        first += size
    return told


def _seen(call: Call, kind: AssetKind, key: Value) -> dict[str, Any]:
    urn = key if isinstance(key, str) else ""
    row = call.house.database.one("get_asset", urn=urn)
    if row is None or row["kind"] != kind.resource:
        raise gateway(404, f"The {kind.name} could not be found", code="NOT_FOUND")
    if not (authors.may_read(call, row["owner"]) or authors.may_write(call, row["owner"])):
        raise _forbidden(kind)
    status = state_of(call.house, urn)
    seen: dict[str, Any] = {"id": urn, "owner": row["owner"], "status": status}
    if row["failure"]:
        seen["processingFailureReason"] = row["failure"]
    if status == "AVAILABLE":
        until_ms = call.house.clock.now_ms() + LIFE_MS
        url = f"{call.request.base_url}dms/{row['sha256']}"
        seen |= {"downloadUrl": url, "downloadUrlExpiresAt": until_ms}
    return seen


def _wanted(body: dict[str, Any], name: str) -> dict[str, Any]:
    wanted = body.get(name)
    if not isinstance(wanted, dict):
        raise missing(f"/{name}")
    if len(body) > 1:
        raise bad_schema("/", "unrecognized field found but not allowed")
    return wanted


def _forbidden(kind: AssetKind) -> Refusal:
    message = (
        f"Accessing this {kind.name} resource is forbidden. "
        "Please check your permissions for this resource"
    )
    return gateway(403, message, code="ACCESS_DENIED")
