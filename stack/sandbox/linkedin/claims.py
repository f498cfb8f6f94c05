"""What OpenID Connect tells about a member, by the scopes that were granted."""

from typing import Any

from stack.sandbox.linkedin.model import Member

NAMES = ("name", "given_name", "family_name", "picture", "locale", "email", "email_verified")


def of_member(member: Member, scopes: frozenset[str]) -> dict[str, Any]:
    """The claims of `/v2/userinfo`."""
    found: dict[str, Any] = {"sub": member.id}
    if "profile" in scopes:
        found |= {
            "name": member.name,
            "given_name": member.given_name,
            "family_name": member.family_name,
            "picture": member.picture_url,
            "locale": {"country": member.country, "language": member.language},
        }
    if "email" in scopes:
        found |= {"email": member.email, "email_verified": member.is_email_verified}
    return found
