"""`/sandbox/…`: the sandbox's own interface, for looking inside and setting things up.

GET  applied    what really took effect; ?member= ?urn= ?kind= ?after=
GET  posts      posts, deleted ones too, with the text readers would see; ?member=
GET  members    everyone with an account
POST members    {id?, given_name?, …, sign_in?}: define one, who signs in next unless told not to
POST clock      {advance_seconds}: move the time
POST faults     {kind, operation?, detail?, count?}: act out a failure
GET  faults     those still waiting
POST reset      forget everything
GET  health     200 when up
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stack.sandbox.linkedin import applied, faults, members, posts
from stack.sandbox.linkedin.house import house_of
from stack.sandbox.linkedin.model import Member, StoredPost
from stack.sandbox.linkedin.refusals import gateway


async def list_applied(request: Request) -> Response:
    """The log, oldest first."""
    asked = request.query_params
    entries = applied.entries(
        house_of(request).database,
        member=_member_urn(asked.get("member", "")),
        urn=asked.get("urn", ""),
        kind=asked.get("kind", ""),
        after=int(asked.get("after", "0")),
    )
    return JSONResponse(entries)


async def list_posts(request: Request) -> Response:
    """Posts, oldest first."""
    author = _member_urn(request.query_params.get("member", ""))
    return JSONResponse([_post_view(post) for post in posts.list_all(house_of(request), author)])


async def list_members(request: Request) -> Response:
    """Members, oldest first."""
    return JSONResponse([_member_view(m) for m in members.list_all(house_of(request).database)])


async def put_member(request: Request) -> Response:
    """Define a member and answer with it."""
    database = house_of(request).database
    wanted = await _body(request)
    member = members.define(database, wanted)
    if wanted.get("sign_in", True):
        members.wait_to_sign_in(database, member.id)
    return JSONResponse(_member_view(member))


async def move_clock(request: Request) -> Response:
    """Move the time and answer with what it is now."""
    clock = house_of(request).clock
    clock.advance(round(float((await _body(request))["advance_seconds"]) * 1000))
    return JSONResponse({"time": _time(clock.now_ms())})


async def add_fault(request: Request) -> Response:
    """Plan a failure."""
    wanted = await _body(request)
    if wanted.get("kind") not in faults.KINDS:
        raise gateway(400, f"kind must be one of {', '.join(sorted(faults.KINDS))}")
    house_of(request).database.run(
        "add_fault",
        kind=wanted["kind"],
        operation=str(wanted.get("operation", "")),
        detail=str(wanted.get("detail", "")),
        remaining=int(wanted.get("count", 1)),
    )
    return await list_faults(request)


async def list_faults(request: Request) -> Response:
    """Failures still waiting."""
    return JSONResponse([dict(row) for row in house_of(request).database.all("list_faults")])


async def reset(request: Request) -> Response:
    """Forget everything."""
    house_of(request).database.clear()
    return JSONResponse({})


async def health(request: Request) -> Response:
    """Say that the state can be read."""
    return JSONResponse({"status": "ok", "time": _time(house_of(request).clock.now_ms())})


ROUTES = [
    Route("/sandbox/applied", list_applied),
    Route("/sandbox/posts", list_posts),
    Route("/sandbox/members", list_members, methods=["GET"]),
    Route("/sandbox/members", put_member, methods=["POST"]),
    Route("/sandbox/clock", move_clock, methods=["POST"]),
    Route("/sandbox/faults", list_faults, methods=["GET"]),
    Route("/sandbox/faults", add_fault, methods=["POST"]),
    Route("/sandbox/reset", reset, methods=["POST"]),
    Route("/sandbox/health", health),
]


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise gateway(400, "The body must be a JSON object")
    return body


def _member_urn(name: str) -> str:
    """A member's URN, given that or the bare id."""
    return f"urn:li:person:{name}" if name and not name.startswith("urn:") else name


def _member_view(member: Member) -> dict[str, Any]:
    return {**asdict(member), "urn": member.urn, "name": member.name}


def _post_view(post: StoredPost) -> dict[str, Any]:
    return {
        "urn": post.urn,
        "author": post.author,
        "commentary": post.body["commentary"],
        "rendered": post.rendered,
        "is_cut": post.is_cut,
        "visibility": post.body["visibility"],
        "content": post.body.get("content"),
        "created_time": _time(post.created_ms),
        "deleted_time": None if post.deleted_ms is None else _time(post.deleted_ms),
    }


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
