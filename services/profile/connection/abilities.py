"""What a connection can do and cannot, in words that its user understands."""

from collections.abc import Collection
from dataclasses import dataclass

from services.profile.connection.capabilities import CAPABILITIES
from services.profile.model import Connection, ConnectionState

WORDS = {
    "post_write": "Publish, edit and delete your posts",
    "comment_write": "Comment in your name, each time you confirm it",
    "reaction_write": "React in your name, each time you confirm it",
    "post_read": "Read your posts, comments and reactions back",
    "member_post_analytics": "Show how often your posts were seen",
    "member_profile_analytics": "Show how many follow you",
    "organisation": "Publish as the company pages that you administer, and show their figures",
    "connections_size": "Show how many connections you have",
}
PARTNERS_ONLY = {
    "invitation": ("invitations", "Send invitations that you have confirmed"),
    "message": ("messages", "Send messages that you have confirmed"),
}
"""No scope shows them: LinkedIn opens them by an agreement, which a setting names by the first."""
PARTNER_PROGRAMME = "an agreement with LinkedIn"


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing: `missing_scopes` and `product` say what it takes where it is not possible."""

    name: str
    words: str
    is_possible: bool
    missing_scopes: tuple[str, ...] = ()
    product: str = ""


def abilities_of(connection: Connection, agreed: Collection[str] = ()) -> list[Ability]:
    """Every ability; `agreed` names what LinkedIn has opened for the deployment by agreement.

    Nothing is possible while LinkedIn is not connected.
    """
    is_connected = connection.state is ConnectionState.CONNECTED
    scopes = set(connection.scopes)
    by_scope = [
        Ability(
            one.name,
            WORDS[one.name],
            is_connected and one.scopes <= scopes,
            tuple(sorted(one.scopes - scopes)),
            "" if one.scopes <= scopes else one.product,
        )
        for one in CAPABILITIES
    ]
    by_agreement = [
        Ability(
            name,
            words,
            is_connected and agreement in agreed,
            product="" if agreement in agreed else PARTNER_PROGRAMME,
        )
        for name, (agreement, words) in PARTNERS_ONLY.items()
    ]
    return by_scope + by_agreement
