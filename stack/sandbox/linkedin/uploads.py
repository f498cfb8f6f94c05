"""Where the bytes of uploads go. The address is the permission; it holds for a day.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api
"""

import hashlib
import sqlite3
from pathlib import Path
from typing import IO
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stack.sandbox.linkedin import assets
from stack.sandbox.linkedin.assets import LONGEST_BYTES, VIDEOS
from stack.sandbox.linkedin.control_requests import AssetWanted, body_of
from stack.sandbox.linkedin.faults import exposed
from stack.sandbox.linkedin.house import house_of
from stack.sandbox.linkedin.media_rules import failure_of
from stack.sandbox.linkedin.refusals import gateway

OPERATION = "uploads.PUT"
"""What faults call it."""


async def put_bytes(request: Request) -> Response:
    """Take an upload, or one part of a video: 201, for a part 200 with its tag.

    A body that ends early leaves nothing: the part can be sent again.
    """
    house = house_of(request)
    row = house.database.one("get_part", token=request.path_params["token"])
    if row is None or row["expires_ms"] <= house.clock.now_ms():
        raise gateway(403, "The upload URL is not valid or has expired", code="ACCESS_DENIED")
    path = house.uploads / row["token"]
    tag = await _received(request, row, path)
    if row["kind"] == VIDEOS.resource:
        house.database.run("fill_part", token=row["token"], tag=tag)
        return Response(status_code=200, headers={"etag": tag})
    with path.open("rb") as content:
        failure = failure_of(row["kind"], content)
    with house.database.transaction():
        house.database.run("fill_part", token=row["token"], tag=tag)
        if row["completed_ms"] is None:
            assets.complete(house, row["urn"], tag, failure)
    path.unlink(missing_ok=True)
    return Response(status_code=201)


async def list_assets(request: Request) -> Response:
    """What was uploaded, oldest first, with the bytes' SHA-256."""
    rows = house_of(request).database.all("list_assets")
    return JSONResponse([dict(row) for row in rows])


async def fail_asset(request: Request) -> Response:
    """Let LinkedIn not be able to process an upload."""
    wanted = await body_of(request, AssetWanted)
    database = house_of(request).database
    if database.one("fail_asset", urn=wanted.urn, failure=wanted.failure) is None:
        raise gateway(404, f"There is no upload {wanted.urn}", code="NOT_FOUND")
    return JSONResponse({})


ROUTES = [
    Route("/dms-uploads/{token}", exposed(OPERATION, put_bytes), methods=["PUT"]),
    Route("/sandbox/assets", list_assets, methods=["GET"]),
    Route("/sandbox/assets", fail_asset, methods=["POST"]),
]


async def _received(request: Request, row: sqlite3.Row, path: Path) -> str:
    """The tag of all bytes, which is their SHA-256; they are at `path` only if they are whole."""
    partial = path.with_suffix(f".{uuid4().hex}")
    try:
        with partial.open("wb") as content:
            tag = await _copied(request, row, content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return tag


async def _copied(request: Request, row: sqlite3.Row, content: IO[bytes]) -> str:
    digest, size_bytes = hashlib.sha256(), 0
    longest = LONGEST_BYTES.get(row["kind"], 0)
    async for chunk in request.stream():
        digest.update(chunk)
        content.write(chunk)
        size_bytes += len(chunk)
        if longest and size_bytes > longest:
            raise gateway(413, "The upload is too large", code="REQUEST_ENTITY_TOO_LARGE")
    declared = int(request.headers.get("content-length", size_bytes))
    if size_bytes == 0 or size_bytes != declared or row["size_bytes"] not in (0, size_bytes):
        raise gateway(400, "The upload has not the length that was meant", code="BAD_REQUEST")
    return digest.hexdigest()
