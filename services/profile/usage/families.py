"""The families that LinkedIn's daily quotas are counted in here.

LinkedIn counts by endpoint and publishes no figures; the families are coarser, so that a limit we
assume is reached before LinkedIn's own.
Source: docs/decisions/0115-quotas-are-counted-in-families.md
"""

from enum import StrEnum


class Family(StrEnum):
    """What is counted together; the values are the fields in Redis."""

    PROFILE = "profile_api"
    """Reading the member."""
    SHARE = "share_api"
    """Making, changing and removing what is posted: posts, files, comments, reactions."""
    NETWORK = "network_api"
    """Reading what is posted, statistics, pages and connections; invitations and messages."""


_UNCOUNTED = ("/oauth/", "upload")
_PROFILE = ("/v2/userinfo", "/v2/me", "/rest/me")
_SHARE = (
    "/rest/posts",
    "/rest/images",
    "/rest/documents",
    "/rest/videos",
    "/rest/socialActions",
    "/rest/reactions",
    "/rest/socialMetadata",
)


def family_of(endpoint: str, method: str) -> Family | None:
    """The family of a call; None for signing in and for putting files, which have no quota."""
    if endpoint.startswith(_UNCOUNTED):
        return None
    if endpoint.startswith(_PROFILE):
        return Family.PROFILE
    is_write = method != "GET"
    return Family.SHARE if is_write and endpoint.startswith(_SHARE) else Family.NETWORK
