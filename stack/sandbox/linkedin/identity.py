"""Who the token acts for: `/v2/userinfo`, and for older products `/v2/me` and `/v2/emailAddress`.

Source: https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
and https://learn.microsoft.com/en-us/linkedin/shared/integrations/people/profile-api
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from stack.sandbox.linkedin import claims, members, pairwise, projection
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.model import Member
from stack.sandbox.linkedin.refusals import gateway, invalid_input

USERINFO = Operation("userinfo", "GET", frozenset({"openid", "profile"}), is_versioned=False)
ME = Operation("me", "GET", frozenset({"r_liteprofile", "r_basicprofile"}), is_versioned=False)
EMAIL = Operation(
    "emailAddress", "FINDER-members", frozenset({"r_emailaddress"}), is_versioned=False
)


async def userinfo(call: Call) -> Response:
    """The claims that the granted scopes open."""
    return JSONResponse(claims.of_member(_member(call), call.grant.scopes))


async def me(call: Call) -> Response:
    """The profile: lite, or basic with the headline and the public address's name."""
    member = _member(call)
    profile = _lite_profile(member)
    if "r_basicprofile" in call.grant.scopes:
        profile |= {
            "headline": _localized(member, member.headline),
            "localizedHeadline": member.headline,
            "vanityName": member.vanity_name,
        }
    return JSONResponse(_projected(call, profile))


async def email_address(call: Call) -> Response:
    """The primary address, by the finder `members`."""
    if call.request.query_params.get("q") != "members":
        message = 'The finder must be named: q="members"'
        raise invalid_input(400, "PARAM_INVALID", message, path="q")
    member = _member(call)
    element = {
        "handle": f"urn:li:emailAddress:{member.id}",
        "handle~": {"emailAddress": member.email},
    }
    return JSONResponse(_projected(call, {"elements": [element]}))


def _member(call: Call) -> Member:
    member = members.get(call.house.database, call.grant.member_id)
    if member is None:
        raise gateway(404, "Member not found", code="NOT_FOUND")
    return pairwise.known_to(call.house, call.grant.client_id, member)


def _lite_profile(member: Member) -> dict[str, Any]:
    picture = {"identifier": member.picture_url, "identifierType": "EXTERNAL_URL"}
    return {
        "id": member.id,
        "firstName": _localized(member, member.given_name),
        "lastName": _localized(member, member.family_name),
        "localizedFirstName": member.given_name,
        "localizedLastName": member.family_name,
        "profilePicture": {
            "displayImage": f"urn:li:digitalmediaAsset:{member.id}",
            "displayImage~": {"elements": [{"identifiers": [picture]}]},
        },
    }


def _localized(member: Member, text: str) -> dict[str, Any]:
    return {
        "localized": {f"{member.language}_{member.country}": text},
        "preferredLocale": {"country": member.country, "language": member.language},
    }


def _projected(call: Call, document: dict[str, Any]) -> dict[str, Any]:
    wanted = call.request.query_params.get("projection")
    return projection.project(document, projection.read(wanted) if wanted else None)
