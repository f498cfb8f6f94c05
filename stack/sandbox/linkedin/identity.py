"""`GET /v2/userinfo`: who the token acts for.

Source: https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from stack.sandbox.linkedin import members
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.refusals import gateway

USERINFO = Operation("userinfo", "GET", frozenset({"openid", "profile"}), is_versioned=False)


async def userinfo(call: Call) -> Response:
    """The claims that the granted scopes open."""
    member = members.get(call.house.database, call.grant.member_id)
    if member is None:
        raise gateway(404, "Member not found", code="NOT_FOUND")
    claims: dict[str, Any] = {"sub": member.id}
    if "profile" in call.grant.scopes:
        claims |= {
            "name": member.name,
            "given_name": member.given_name,
            "family_name": member.family_name,
            "picture": member.picture_url,
            "locale": {"country": member.country, "language": member.language},
        }
    if "email" in call.grant.scopes:
        claims |= {"email": member.email, "email_verified": member.is_email_verified}
    return JSONResponse(claims)
