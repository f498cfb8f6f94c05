"""What can be done on LinkedIn in a member's name.

The names of these classes and fields are part of each attempt's hash (`hashing`): a field that is
added needs a default, and none is renamed while attempts are kept.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from services.profile.linkedin.model import Visibility


@dataclass(frozen=True, slots=True)
class Media:
    """A file in our store: `url` opens it for some minutes, the rest says what it must be."""

    url: str = field(repr=False, compare=False)
    sha256: bytes
    content_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ImageContent:
    """A picture."""

    media: Media
    alt_text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MultiImageContent:
    """2 to 20 pictures."""

    images: tuple[ImageContent, ...]


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """A document whose pages readers turn."""

    media: Media
    title: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class VideoContent:
    """A video."""

    media: Media
    title: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ArticleContent:
    """A link, with what is shown of it."""

    url: str
    title: str = field(repr=False)
    description: str = field(default="", repr=False)
    thumbnail: Media | None = None


class PollDuration(StrEnum):
    """How long a poll is open, in LinkedIn's words."""

    ONE_DAY = "ONE_DAY"
    THREE_DAYS = "THREE_DAYS"
    SEVEN_DAYS = "SEVEN_DAYS"
    FOURTEEN_DAYS = "FOURTEEN_DAYS"


@dataclass(frozen=True, slots=True)
class PollContent:
    """A poll with 2 to 4 options."""

    question: str = field(repr=False)
    options: tuple[str, ...] = field(repr=False)
    duration: PollDuration


Content = (
    ImageContent | MultiImageContent | DocumentContent | VideoContent | ArticleContent | PollContent
)


@dataclass(frozen=True, slots=True)
class PublishPost:
    """Publish a post; `author_urn` is the connected member when empty, as everywhere here."""

    text: str = field(repr=False)
    visibility: Visibility
    author_urn: str
    content: Content | None = None
    is_reshare_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Repost:
    """Post another's post again."""

    post_urn: str
    text: str = field(repr=False)
    visibility: Visibility
    author_urn: str


@dataclass(frozen=True, slots=True)
class EditPost:
    """Replace the text of a published post."""

    post_urn: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeletePost:
    """Take a post down."""

    post_urn: str


@dataclass(frozen=True, slots=True)
class CreateComment:
    """Comment on a post, or answer the comment `parent_comment_urn`."""

    post_urn: str
    text: str = field(repr=False)
    parent_comment_urn: str
    actor_urn: str


@dataclass(frozen=True, slots=True)
class EditComment:
    """Replace the text of a comment."""

    post_urn: str
    comment_urn: str
    text: str = field(repr=False)
    actor_urn: str


class ReactionType(StrEnum):
    """A reaction, in LinkedIn's words."""

    LIKE = "LIKE"
    PRAISE = "PRAISE"
    EMPATHY = "EMPATHY"
    INTEREST = "INTEREST"
    APPRECIATION = "APPRECIATION"
    ENTERTAINMENT = "ENTERTAINMENT"


@dataclass(frozen=True, slots=True)
class AddReaction:
    """React to a post or comment."""

    target_urn: str
    reaction: ReactionType
    actor_urn: str


@dataclass(frozen=True, slots=True)
class SendInvitation:
    """Invite a member to connect."""

    invitee_urn: str
    message: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Write to connections."""

    recipient_urns: tuple[str, ...]
    subject: str = field(repr=False)
    body: str = field(repr=False)


Action = (
    PublishPost
    | Repost
    | EditPost
    | DeletePost
    | CreateComment
    | EditComment
    | AddReaction
    | SendInvitation
    | SendMessage
)
