"""What LinkedIn may have granted the application, and the scopes that show it.

Consent is for all requested scopes or none, so one member's token shows what the application has.
Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/getting-access
"""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capability:
    """Something a deployment can do, LinkedIn's product that grants it, and its scopes."""

    name: str
    product: str
    scopes: frozenset[str]


_SHARE = "Share on LinkedIn"
_COMMUNITY = "Community Management API"

CAPABILITIES = (
    Capability("post_write", _SHARE, frozenset({"w_member_social"})),
    Capability("comment_write", _SHARE, frozenset({"w_member_social"})),
    Capability("reaction_write", _SHARE, frozenset({"w_member_social"})),
    Capability("post_read", _COMMUNITY, frozenset({"r_member_social"})),
    Capability("member_post_analytics", _COMMUNITY, frozenset({"r_member_postAnalytics"})),
    Capability("member_profile_analytics", _COMMUNITY, frozenset({"r_member_profileAnalytics"})),
    Capability("organisation", _COMMUNITY, frozenset({"rw_organization_admin"})),
    Capability("connections_size", "Partner programme", frozenset({"r_1st_connections_size"})),
    Capability("page_followers", _COMMUNITY, frozenset({"r_organization_followers"})),
)
"""Those that a scope shows. Invitations and messages follow from a contract, not from a scope."""


def shown_by(scopes: Collection[str]) -> dict[Capability, bool]:
    """For each capability, whether a token with `scopes` shows it."""
    return {capability: capability.scopes <= set(scopes) for capability in CAPABILITIES}
