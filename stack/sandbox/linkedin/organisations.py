"""Company pages: who they are, who administers them, how many follow them.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-lookup-api
and its sister organization-access-control-by-role
"""

import sqlite3
from typing import Any

from starlette.responses import Response

from stack.sandbox.linkedin import answers, authors, counts
from stack.sandbox.linkedin.arguments import Page, key_of, query_of
from stack.sandbox.linkedin.authors import ADMINISTRATOR, ORGANISATION, ROLE_STATES, ROLES
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.refusals import gateway

ADMIN = frozenset({"r_organization_admin", "rw_organization_admin"})
ANY = ADMIN | {"r_organization_social", "w_organization_social", "r_organization_followers"}
ACLS = Operation("organizationAcls", "FINDER-roleAssignee", ANY)
ACLS_OF_PAGE = Operation("organizationAcls", "FINDER-organization", ADMIN)
GET = Operation("organizations", "GET", ADMIN)
FIND = Operation("organizations", "FINDER-vanityName", ANY)
LOOK_UP = Operation("organizationsLookup", "GET", ANY)
LOOK_UP_BATCH = Operation("organizationsLookup", "BATCH_GET", ANY)
FOLLOWER_COUNT = Operation("networkSizes", "GET", ANY)

_LOCALE = {"country": "US", "language": "en"}


async def acls(call: Call) -> Response:
    """What the member does for pages; only one's own roles are told."""
    query = query_of(call, "role", "state", "roleAssignee")
    if query.text("roleAssignee", call.grant.member_urn) != call.grant.member_urn:
        raise authors.refused("Not enough permissions to access the roles of another member")
    return _acls(call, member_id=call.grant.member_id, organisation_id=0)


async def acls_of_page(call: Call) -> Response:
    """Who does what for a page; its administrators are told."""
    query = query_of(call, "role", "state", "organization")
    urn = query.text("organization")
    check_administers(call, urn)
    return _acls(call, member_id="", organisation_id=authors.number_of(urn))


async def get(call: Call) -> Response:
    """All about a page, for its administrators."""
    query = query_of(call)
    row = find(call.house, key_of(call))
    check_administers(call, f"{ORGANISATION}{row['id']}")
    return answers.entity(query, _view(row) | {"organizationType": "PRIVATELY_HELD"})


async def find_by_name(call: Call) -> Response:
    """The page with a name in addresses."""
    query = query_of(call, "vanityName")
    row = call.house.database.one("find_organisation", vanity_name=query.text("vanityName"))
    return answers.collection(call, query, [_view(row)] if row else [], Page(0, 10))


async def look_up(call: Call) -> Response:
    """What everybody may know of a page."""
    query = query_of(call)
    return answers.entity(query, _view(find(call.house, key_of(call))))


async def look_up_batch(call: Call) -> Response:
    """The same of several."""
    return answers.batch(query_of(call), lambda key: _view(find(call.house, str(key))))


async def follower_count(call: Call) -> Response:
    """How many follow a page."""
    query = query_of(call, "edgeType")
    query.choice("edgeType", ("COMPANY_FOLLOWED_BY_MEMBER", "CompanyFollowedByMember"))
    row = find(call.house, key_of(call))
    followers = counts.of(call.house, f"{ORGANISATION}{row['id']}", counts.FOLLOWERS)
    return answers.entity(query, {"firstDegreeSize": followers})


def find(house: House, key: str) -> sqlite3.Row:
    """The page, by its number or URN."""
    number = authors.number_of(key if key.startswith(ORGANISATION) else f"{ORGANISATION}{key}")
    row = house.database.one("get_organisation", id=number)
    if row is None:
        raise gateway(404, "The organization could not be found", code="NOT_FOUND")
    return row


def check_administers(call: Call, organisation: str) -> None:
    """Refuse who is no administrator of a page."""
    find(call.house, organisation)
    if not authors.has_role(call, organisation, {ADMINISTRATOR}):
        raise authors.refused(f"Not enough permissions: {organisation} is not administered by you")


def _acls(call: Call, *, member_id: str, organisation_id: int) -> Response:
    query = query_of(call, "role", "state", "roleAssignee", "organization")
    page = query.page()
    rows = call.house.database.all(
        "list_roles",
        member_id=member_id,
        organisation_id=organisation_id,
        role=query.choice("role", (*ROLES, ""), ""),
        state=query.choice("state", (*ROLE_STATES, ""), ""),
    )
    elements = [
        {
            "organization": f"{ORGANISATION}{row['organisation_id']}",
            "role": row["role"],
            "roleAssignee": f"urn:li:person:{row['member_id']}",
            "state": row["state"],
        }
        for row in rows
    ]
    shown = elements[page.start : page.start + page.count]
    return answers.collection(call, query, shown, page, len(elements))


def _view(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "$URN": f"{ORGANISATION}{row['id']}",
        "name": {"localized": {"en_US": row["name"]}, "preferredLocale": _LOCALE},
        "localizedName": row["name"],
        "vanityName": row["vanity_name"],
        "primaryOrganizationType": "NONE",
        "locations": [],
    }
