"""What is kept of an action so that it can be recognised at LinkedIn; never its words."""

from dataclasses import dataclass
from enum import StrEnum

from services.profile.actions.kinds import (
    Action,
    AddReaction,
    CreateComment,
    DeletePost,
    EditComment,
    EditPost,
    PublishPost,
    Repost,
    SendInvitation,
    SendMessage,
)
from services.profile.linkedin.text import shown_text
from services.profile.words import hash_of_words


class Kind(StrEnum):
    """The kinds of actions, as in the column of that name and in Automation's ledger."""

    PUBLISH_POST = "publish_post"
    REPOST = "repost"
    EDIT_POST = "edit_post"
    DELETE_POST = "delete_post"
    CREATE_COMMENT = "create_comment"
    EDIT_COMMENT = "edit_comment"
    ADD_REACTION = "add_reaction"
    SEND_INVITATION = "send_invitation"
    SEND_MESSAGE = "send_message"


@dataclass(frozen=True, slots=True)
class Trace:
    """An action by which it can be recognised: kind, actor, target, and the hash of its words."""

    kind: Kind
    actor_urn: str
    target_urn: str = ""
    """What it acts on; empty for a new post."""
    words_hash: bytes | None = None
    """Of what readers see (`hash_of_words`), or of the reaction's name; None when it has none."""


def trace_of(action: Action, member_urn: str) -> Trace:  # noqa: PLR0911 - one line for each kind
    """The trace of an action by a connected member."""
    match action:
        case PublishPost(text=text, author_urn=author):
            return Trace(Kind.PUBLISH_POST, author or member_urn, "", _hash_of_post(text))
        case Repost(post_urn=post, text=text, author_urn=author):
            return Trace(Kind.REPOST, author or member_urn, post, _hash_of_post(text))
        case EditPost(post_urn=post, text=text):
            return Trace(Kind.EDIT_POST, member_urn, post, _hash_of_post(text))
        case DeletePost(post_urn=post):
            return Trace(Kind.DELETE_POST, member_urn, post)
        case CreateComment(post_urn=post, text=text, parent_comment_urn=parent, actor_urn=actor):
            target = parent or post
            return Trace(Kind.CREATE_COMMENT, actor or member_urn, target, hash_of_words(text))
        case EditComment(comment_urn=comment, text=text, actor_urn=actor):
            return Trace(Kind.EDIT_COMMENT, actor or member_urn, comment, hash_of_words(text))
        case AddReaction(target_urn=target, reaction=reaction, actor_urn=actor):
            return Trace(Kind.ADD_REACTION, actor or member_urn, target, hash_of_words(reaction))
        case SendInvitation(invitee_urn=invitee):
            return Trace(Kind.SEND_INVITATION, member_urn, invitee)
        case SendMessage():
            return Trace(Kind.SEND_MESSAGE, member_urn)


def _hash_of_post(text: str) -> bytes:
    return hash_of_words(shown_text(text))
