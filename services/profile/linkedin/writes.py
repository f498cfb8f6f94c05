"""What can be done at LinkedIn in a member's name, topic by topic."""

from dataclasses import dataclass

from services.profile.linkedin.comments import Comments
from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.invitations import Invitations
from services.profile.linkedin.messages import Messages
from services.profile.linkedin.posts import Posts
from services.profile.linkedin.reactions import Reactions
from services.profile.linkedin.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Writes:
    """The topics. What changes something answers an outcome; uploads and reads raise."""

    posts: Posts
    uploads: Uploads
    comments: Comments
    reactions: Reactions
    invitations: Invitations
    messages: Messages


def writes_of(exchange: Exchange, api_url: str) -> Writes:
    """The topics on one exchange."""
    return Writes(
        posts=Posts(exchange, api_url),
        uploads=Uploads(exchange, api_url),
        comments=Comments(exchange, api_url),
        reactions=Reactions(exchange, api_url),
        invitations=Invitations(exchange, api_url),
        messages=Messages(exchange, api_url),
    )
