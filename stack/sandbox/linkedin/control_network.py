"""`/sandbox/…`: pages, connections, figures and invitations, which no application can set up.

GET    organisations   every page with its roles
POST   organisations   {id, name, vanity_name?, roles?: [{member, role?, state?}], followers?}
POST   connections     {member, others}: connect members
POST   counts          {subject, metric, count, day?}: what LinkedIn counted on a day
POST   invitations     {urn, state}: answer one; ACCEPTED connects the two
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stack.sandbox.linkedin import counts, members, network
from stack.sandbox.linkedin.authors import ADMINISTRATOR, ROLE_STATES, ROLES
from stack.sandbox.linkedin.control_requests import Wanted, body_of, person_id
from stack.sandbox.linkedin.house import house_of
from stack.sandbox.linkedin.refusals import gateway

_Name = Annotated[str, Field(min_length=1, max_length=100)]


class RoleWanted(Wanted):
    """What a member does for a page."""

    member: str
    role: str = ADMINISTRATOR
    state: str = "APPROVED"

    @field_validator("role")
    @classmethod
    def _check_role(cls, role: str) -> str:
        return _one_of(role, ROLES)

    @field_validator("state")
    @classmethod
    def _check_state(cls, state: str) -> str:
        return _one_of(state, ROLE_STATES)


class OrganisationWanted(Wanted):
    """A page; its name in addresses is made from its number unless given."""

    id: int = Field(ge=1, lt=10**18)
    name: _Name
    vanity_name: _Name | None = None
    roles: tuple[RoleWanted, ...] = ()
    followers: tuple[str, ...] = ()


class ConnectionsWanted(Wanted):
    """Whom to connect with whom."""

    member: str = Field(min_length=1)
    others: list[str]


class CountWanted(Wanted):
    """A figure of a post, member or page (`subject`, a URN), today unless told."""

    subject: str = Field(pattern=r"^urn:li:(share|ugcPost|person|organization):\S+$")
    metric: str
    count: int = Field(ge=-(10**9), le=10**9)
    day: date | None = None

    @field_validator("metric")
    @classmethod
    def _check_metric(cls, metric: str) -> str:
        return _one_of(metric, counts.METRICS)


class AnswerWanted(Wanted):
    """What became of an invitation."""

    urn: str
    state: Literal["PENDING", "ACCEPTED", "DECLINED", "WITHDRAWN"]


async def put_organisation(request: Request) -> Response:
    """Define a page, and roles and followers beside those it has."""
    wanted, house = await body_of(request, OrganisationWanted), house_of(request)
    with house.database.transaction():
        house.database.run(
            "put_organisation",
            id=wanted.id,
            name=wanted.name,
            vanity_name=wanted.vanity_name or f"page-{wanted.id}",
        )
        for role in wanted.roles:
            house.database.run(
                "put_role",
                organisation_id=wanted.id,
                member_id=person_id(role.member),
                role=role.role,
                state=role.state,
            )
        for follower in wanted.followers:
            member_id = person_id(follower)
            house.database.run("put_follower", organisation_id=wanted.id, member_id=member_id)
    return JSONResponse({"urn": f"urn:li:organization:{wanted.id}"})


async def list_organisations(request: Request) -> Response:
    """Every page, with who does what for it."""
    database = house_of(request).database
    pages = [dict(row) for row in database.all("list_organisations")]
    for page in pages:
        roles = database.all(
            "list_roles", organisation_id=page["id"], member_id="", role="", state=""
        )
        page["roles"] = [dict(row) for row in roles]
    return JSONResponse(pages)


async def put_connections(request: Request) -> Response:
    """Connect a member with others; those who are unknown are made up."""
    wanted, house = await body_of(request, ConnectionsWanted), house_of(request)
    ids = [person_id(name) for name in (wanted.member, *wanted.others)]
    with house.database.transaction():
        for member_id in ids:
            if members.get(house.database, member_id) is None:
                members.define(house.database, {"id": member_id})
        for other in ids[1:]:
            network.connect(house, ids[0], other)
    return JSONResponse({"firstDegreeSize": network.count(house, ids[0])})


async def put_count(request: Request) -> Response:
    """Set a figure."""
    wanted = await body_of(request, CountWanted)
    counts.put(house_of(request), wanted.subject, wanted.metric, wanted.count, wanted.day)
    return JSONResponse({})


async def answer_invitation(request: Request) -> Response:
    """Let the invited one answer."""
    wanted, house = await body_of(request, AnswerWanted), house_of(request)
    with house.database.transaction():
        row = house.database.one("answer_invitation", urn=wanted.urn, state=wanted.state)
        if row is None:
            raise gateway(404, f"There is no invitation {wanted.urn}", code="NOT_FOUND")
        if wanted.state == "ACCEPTED":
            network.connect(house, person_id(row["inviter"]), person_id(row["invitee"]))
    return JSONResponse({})


ROUTES = [
    Route("/sandbox/organisations", list_organisations, methods=["GET"]),
    Route("/sandbox/organisations", put_organisation, methods=["POST"]),
    Route("/sandbox/connections", put_connections, methods=["POST"]),
    Route("/sandbox/counts", put_count, methods=["POST"]),
    Route("/sandbox/invitations", answer_invitation, methods=["POST"]),
]


def _one_of(word: str, known: tuple[str, ...]) -> str:
    if word not in known:
        raise ValueError(f"must be one of {', '.join(known)}")
    return word
