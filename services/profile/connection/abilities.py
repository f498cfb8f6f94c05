"""What a connection can do and cannot, in words that its user understands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from services.profile.connection.capabilities import CAPABILITIES, Capability
from services.profile.model import Connection, ConnectionState
from services.profile.reading.model import Refusal, Why

WORDS = {
    "post_write": "Publish, edit and delete your posts",
    "comment_write": "Comment in your name, each time you confirm it",
    "reaction_write": "React in your name, each time you confirm it",
    "post_read": "Read your posts, comments and reactions back",
    "member_post_analytics": "Show how often your posts were seen",
    "member_profile_analytics": "Show how many follow you",
    "organisation": "Publish as the company pages that you administer, and show their figures",
    "connections_size": "Show how many connections you have",
    "page_followers": "Find members to mention, among the followers of your pages",
}
PARTNERS_ONLY = {
    "invitation": ("invitations", "Send invitations that you have confirmed"),
    "message": ("messages", "Send messages that you have confirmed"),
}
"""No scope shows them: LinkedIn opens them by an agreement, which a setting names by the first."""
PARTNER_PROGRAMME = "an agreement with LinkedIn"
OBSTACLES = {
    ConnectionState.DISCONNECTED: "LinkedIn is not connected.",
    ConnectionState.NEEDS_RECONNECT: "LinkedIn has to be connected again.",
    ConnectionState.RESTING: "LinkedIn does not answer at the moment.",
}
REFUSALS = {
    Why.REFUSED: (
        "LinkedIn refuses this although you agreed to it. We ask again from time to time; if you"
        " connect again, at once."
    ),
    Why.THROTTLED: "LinkedIn's limit for this is used up for now.",
}
NOT_AGREED = "You have not agreed to this on LinkedIn, or could not, as this deployment lacks it."
NO_AGREEMENT = "LinkedIn opens this to its partners alone."
NO_REFUSALS: Mapping[str, Refusal] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing; `missing_scopes` and `product` say what it takes where it is not possible.

    `obstacle` says what stands in the way now, `retry_at` (aware, UTC) when we ask LinkedIn again.
    """

    name: str
    words: str
    missing_scopes: tuple[str, ...] = ()
    product: str = ""
    obstacle: str = ""
    retry_at: datetime | None = None

    @property
    def is_possible(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.obstacle


def abilities_of(
    connection: Connection,
    agreed: Collection[str] = (),
    refusals: Mapping[str, Refusal] = NO_REFUSALS,
) -> list[Ability]:
    """Every ability; `agreed` names what LinkedIn has opened for the deployment by agreement.

    `refusals` are what LinkedIn has refused lately, by name. Nothing is possible while LinkedIn is
    not connected.
    """
    by_scope = [_by_scope(one, connection, refusals.get(one.name)) for one in CAPABILITIES]
    by_agreement = [
        Ability(
            name,
            words,
            product="" if agreement in agreed else PARTNER_PROGRAMME,
            obstacle=_first(
                OBSTACLES.get(connection.state), "" if agreement in agreed else NO_AGREEMENT
            ),
            retry_at=connection.retry_at,
        )
        for name, (agreement, words) in PARTNERS_ONLY.items()
    ]
    return by_scope + by_agreement


def _by_scope(one: Capability, connection: Connection, refusal: Refusal | None) -> Ability:
    missing = one.scopes - set(connection.scopes)
    rests = refusal if refusal and refusal.retry_at > datetime.now(UTC) and not missing else None
    return Ability(
        one.name,
        WORDS[one.name],
        tuple(sorted(missing)),
        one.product if missing else "",
        _first(
            OBSTACLES.get(connection.state),
            NOT_AGREED if missing else "",
            REFUSALS[rests.why] if rests else "",
        ),
        rests.retry_at if rests else connection.retry_at,
    )


def _first(*obstacles: str | None) -> str:
    """What stands in the way before all else; "" for nothing."""
    return next(filter(None, obstacles), "")
