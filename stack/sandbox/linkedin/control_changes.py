"""`/sandbox/changes`: what others did to a member, for the member's change log.

POST   changes   {owner, actor, resource, activity, method?}: it happened now
"""

import json
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stack.sandbox.linkedin.control_requests import Wanted, body_of, person_id
from stack.sandbox.linkedin.house import house_of


class ChangeWanted(Wanted):
    """Something that was done to `owner`; `activity` is the thing as LinkedIn would hold it."""

    owner: str = Field(min_length=1)
    actor: str = Field(min_length=1)
    resource: str = Field(min_length=1, max_length=100)
    method: str = Field(default="CREATE", max_length=40)
    activity: dict[str, Any]


async def add_change(request: Request) -> Response:
    """Note it, as of now."""
    house, wanted = house_of(request), await body_of(request, ChangeWanted)
    house.database.run(
        "add_change",
        owner=_urn(wanted.owner),
        actor=_urn(wanted.actor),
        resource=wanted.resource,
        method=wanted.method,
        activity=json.dumps(wanted.activity),
        time_ms=house.clock.now_ms(),
    )
    return JSONResponse({}, 201)


def _urn(member: str) -> str:
    return f"urn:li:person:{person_id(member)}"


ROUTES = [Route("/sandbox/changes", add_change, methods=["POST"])]
