"""Who may act as whom: a member as oneself, and as a page that one administers.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-access-control-by-role
"""

from stack.sandbox.linkedin.gate import Call
from stack.sandbox.linkedin.refusals import Refusal, gateway

ORGANISATION = "urn:li:organization:"

ADMINISTRATOR = "ADMINISTRATOR"
ROLES = (
    ADMINISTRATOR,
    "DIRECT_SPONSORED_CONTENT_POSTER",
    "CONTENT_ADMINISTRATOR",
    "RECRUITING_POSTER",
    "LEAD_CAPTURE_ADMINISTRATOR",
    "LEAD_GEN_FORMS_MANAGER",
    "ANALYST",
    "CURATOR",
)
ROLE_STATES = ("APPROVED", "REJECTED", "REQUESTED", "REVOKED")

_WRITERS = {ADMINISTRATOR, "CONTENT_ADMINISTRATOR"}
_READERS = {*_WRITERS, "ANALYST", "CURATOR"}


def may_write(call: Call, actor: str) -> bool:
    """Whether the call may act as `actor`, by whose scopes it has and by the member's role."""
    return _may(call, actor, "w", _WRITERS)


def may_read(call: Call, actor: str) -> bool:
    """Whether the call may see what is `actor`'s own."""
    return _may(call, actor, "r", _READERS)


def has_role(call: Call, organisation: str, roles: set[str]) -> bool:
    """Whether the member does one of these for a page."""
    return not roles.isdisjoint(_roles(call, organisation))


def refused(message: str) -> Refusal:
    """A 403 for an actor, author or page that the member has no say over."""
    return gateway(403, message, service_code=100, code="ACCESS_DENIED")


def number_of(organisation: str) -> int:
    """The number in a page's URN, 0 when it has none."""
    number = organisation.removeprefix(ORGANISATION)
    return int(number) if number.isdecimal() and len(number) < 19 else 0


def _may(call: Call, actor: str, direction: str, roles: set[str]) -> bool:
    if actor == call.grant.member_urn:
        return _has_scope(call, direction, "member")
    is_page = actor.startswith(ORGANISATION)
    return is_page and _has_scope(call, direction, "organization") and has_role(call, actor, roles)


def _has_scope(call: Call, direction: str, whose: str) -> bool:
    wanted = f"{direction}_{whose}_social"
    return not call.grant.scopes.isdisjoint({wanted, f"{wanted}_feed"})


def _roles(call: Call, organisation: str) -> set[str]:
    rows = call.house.database.all(
        "list_roles",
        organisation_id=number_of(organisation) or -1,
        member_id=call.grant.member_id,
        role="",
        state="APPROVED",
    )
    return {str(row["role"]) for row in rows}
