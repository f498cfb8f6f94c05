"""`/rest/peopleTypeahead`: followers of a page whose names begin with some words, to mention them.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/people-typeahead-api
"""

from typing import Any

from starlette.responses import Response

from stack.sandbox.linkedin import answers, authors, members, pairwise
from stack.sandbox.linkedin.arguments import query_of
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.model import Member
from stack.sandbox.linkedin.organisations import check_administers

TYPEAHEAD = Operation(
    "peopleTypeahead", "FINDER-organizationFollowers", frozenset({"r_organization_followers"})
)


async def followers(call: Call) -> Response:
    """Those who fit, by name."""
    query = query_of(call, "organization", "keywords")
    page, organisation = query.page(), query.text("organization")
    check_administers(call, organisation)
    words = query.text("keywords").casefold().split()
    if not words:
        raise query.invalid("keywords", "has no words")
    found = [m for m in _followers(call, organisation) if _fits(m, words)]
    found.sort(key=lambda member: (member.name.casefold(), member.id))
    shown = [_view(call, member) for member in found[page.start : page.start + page.count]]
    return answers.collection(call, query, shown, page, len(found))


def _followers(call: Call, organisation: str) -> list[Member]:
    number = authors.number_of(organisation)
    rows = call.house.database.all("list_followers", organisation_id=number)
    found = (members.get(call.house.database, str(row["member_id"])) for row in rows)
    return [member for member in found if member is not None]


def _fits(member: Member, words: list[str]) -> bool:
    names = member.name.casefold().split()
    return all(any(name.startswith(word) for name in names) for word in words)


def _view(call: Call, member: Member) -> dict[str, Any]:
    known = pairwise.person_id(call.house, call.grant.client_id, member.id)
    return {
        "member": member.urn,
        "firstName": member.given_name,
        "lastName": member.family_name,
        "headline": member.headline,
        "photo": {"displayImage": f"urn:li:digitalmediaAsset:{known}"},
    }
