"""Which call of LinkedIn's carries out which kind of action."""

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
from services.profile.linkedin.model import PostContent, PostDraft
from services.profile.linkedin.outcome import CallResult
from services.profile.linkedin.writes import Writes


async def send(  # noqa: PLR0911 - one line for each kind
    writes: Writes, token: str, action: Action, actor_urn: str, content: PostContent | None
) -> CallResult:
    """Carry an action out as `actor_urn`, sending at most once; `content` is already uploaded."""
    match action:
        case PublishPost(text=text, visibility=visibility, is_reshare_disabled=is_disabled):
            draft = PostDraft(actor_urn, text, visibility, content, is_disabled)
            return await writes.posts.create(token, draft)
        case Repost(text=text, visibility=visibility, post_urn=post):
            draft = PostDraft(actor_urn, text, visibility, reshared_urn=post)
            return await writes.posts.create(token, draft)
        case EditPost(post_urn=post, text=text):
            return await writes.posts.edit(token, post, text)
        case DeletePost(post_urn=post):
            return await writes.posts.delete(token, post)
        case CreateComment(post_urn=post, text=text, parent_comment_urn=parent):
            return await writes.comments.create(token, actor_urn, post, text, parent_urn=parent)
        case EditComment(comment_urn=comment, text=text):
            return await writes.comments.edit(token, actor_urn, comment, text)
        case AddReaction(target_urn=target, reaction=reaction):
            return await writes.reactions.create(token, actor_urn, target, reaction.value)
        case SendInvitation(invitee_urn=invitee, message=message):
            return await writes.invitations.create(token, invitee, message)
        case SendMessage(recipient_urns=recipients, subject=subject, body=body):
            return await writes.messages.create(token, recipients, subject, body)
