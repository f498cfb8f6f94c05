"""`/sandbox/…`: the sandbox's own interface, for looking inside and setting things up.

GET    applied    what really took effect; ?member= ?urn= ?kind= ?request_id= ?after=
GET    posts      posts, deleted ones too, with the text readers would see; ?member=
GET    members    everyone with an account, with the `ids` that applications know them by;
                  ?person= for whoever has this id or URN anywhere
POST   members    {id?, given_name?, …, sign_in?}: define one, who signs in next unless told not to
GET    clock      what time it is
POST   clock      {advance_seconds} or {time} or {is_real}: move the time
POST   reset      forget everything
GET    health     200 when up

Faults are in `control_faults`; applications, products, quotas and consents in `control_apps`;
pages, connections and figures in `control_network`; uploads in `uploads`.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stack.sandbox.linkedin import (
    applied,
    apps,
    control_apps,
    control_changes,
    control_faults,
    control_network,
    members,
    pairwise,
    post_store,
)
from stack.sandbox.linkedin.control_requests import (
    AppliedWanted,
    ClockWanted,
    MemberWanted,
    body_of,
    invalid,
    person_id,
    query_of,
)
from stack.sandbox.linkedin.house import House, house_of
from stack.sandbox.linkedin.model import Member, StoredPost

_EARLIEST_MS = datetime(1990, 1, 1, tzinfo=UTC).timestamp() * 1000
_LATEST_MS = datetime(2200, 1, 1, tzinfo=UTC).timestamp() * 1000


async def list_applied(request: Request) -> Response:
    """The log, oldest first."""
    wanted = query_of(request, AppliedWanted)
    entries = applied.entries(
        house_of(request).database,
        member=_member_urn(wanted.member),
        urn=wanted.urn,
        kind=wanted.kind,
        request_id=wanted.request_id,
        after=wanted.after,
    )
    return JSONResponse(entries)


async def list_posts(request: Request) -> Response:
    """Posts, oldest first."""
    author = _member_urn(request.query_params.get("member", ""))
    return JSONResponse(
        [_post_view(post) for post in post_store.list_all(house_of(request), author)]
    )


async def list_members(request: Request) -> Response:
    """Members, oldest first."""
    house, wanted = house_of(request), person_id(request.query_params.get("person", ""))
    seen = [_member_view(house, member) for member in members.list_all(house.database)]
    return JSONResponse([each for each in seen if not wanted or wanted in each["ids"].values()])


async def put_member(request: Request) -> Response:
    """Define a member and answer with it."""
    house = house_of(request)
    wanted = await body_of(request, MemberWanted)
    member = members.define(house.database, wanted.model_dump(exclude_none=True))
    if wanted.sign_in:
        members.wait_to_sign_in(house.database, member.id)
    return JSONResponse(_member_view(house, member))


async def tell_time(request: Request) -> Response:
    """The time, and how far it is from the machine's."""
    clock = house_of(request).clock
    return JSONResponse({"time": _time(clock.now_ms()), "ahead_ms": clock.ahead_ms()})


async def move_clock(request: Request) -> Response:
    """Move the time and answer with what it is now."""
    clock = house_of(request).clock
    wanted = await body_of(request, ClockWanted)
    given = (wanted.advance_seconds is not None, wanted.time is not None, wanted.is_real)
    if sum(given) != 1:
        raise invalid("body", "exactly one of advance_seconds, time and is_real is required")
    if wanted.advance_seconds is not None:
        clock.set_to(_within("advance_seconds", clock.now_ms() + wanted.advance_seconds * 1000))
    elif wanted.time is not None:
        clock.set_to(_within("time", wanted.time.timestamp() * 1000))
    else:
        clock.set_to(None)
    return await tell_time(request)


async def reset(request: Request) -> Response:
    """Forget everything."""
    house = house_of(request)
    house.database.clear()
    for path in house.uploads.iterdir():
        path.unlink()
    apps.register_configured(house.database, house.configured)
    return JSONResponse({})


async def health(request: Request) -> Response:
    """Say that the state can be read."""
    return JSONResponse({"status": "ok", "time": _time(house_of(request).clock.now_ms())})


ROUTES = [
    Route("/sandbox/applied", list_applied),
    Route("/sandbox/posts", list_posts),
    Route("/sandbox/members", list_members, methods=["GET"]),
    Route("/sandbox/members", put_member, methods=["POST"]),
    Route("/sandbox/clock", tell_time, methods=["GET"]),
    Route("/sandbox/clock", move_clock, methods=["POST"]),
    Route("/sandbox/reset", reset, methods=["POST"]),
    Route("/sandbox/health", health),
    *control_faults.ROUTES,
    *control_apps.ROUTES,
    *control_network.ROUTES,
    *control_changes.ROUTES,
]


def _member_urn(name: str) -> str:
    """A member's URN, given that or the bare id."""
    return f"urn:li:person:{name}" if name and not name.startswith("urn:") else name


def _member_view(house: House, member: Member) -> dict[str, Any]:
    known = [app.client_id for app in apps.list_all(house.database)]
    ids = {client_id: pairwise.person_id(house, client_id, member.id) for client_id in known}
    return {**asdict(member), "urn": member.urn, "name": member.name, "ids": ids}


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


def _within(field: str, now_ms: float) -> int:
    """A time that every answer can be given at."""
    if not _EARLIEST_MS <= now_ms <= _LATEST_MS:
        raise invalid(field, "must lead to a time from 1990 to 2200")
    return round(now_ms)


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
