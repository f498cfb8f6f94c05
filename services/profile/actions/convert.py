"""Between messages and models."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from inergize.profile.v1 import profile_action_kinds_pb2 as pb
from inergize.profile.v1 import profile_actions_pb2 as calls

from services.kernel.messages import to_timestamp
from services.profile.actions import kinds
from services.profile.actions.model import Attempt, AttemptState, Known
from services.profile.actions.reconciling import Reconciled, Verdict
from services.profile.linkedin.model import Visibility

_VISIBILITIES = {
    pb.VISIBILITY_PUBLIC: Visibility.PUBLIC,
    pb.VISIBILITY_CONNECTIONS: Visibility.CONNECTIONS,
}
_DURATIONS = {
    pb.POLL_DURATION_ONE_DAY: kinds.PollDuration.ONE_DAY,
    pb.POLL_DURATION_THREE_DAYS: kinds.PollDuration.THREE_DAYS,
    pb.POLL_DURATION_SEVEN_DAYS: kinds.PollDuration.SEVEN_DAYS,
    pb.POLL_DURATION_FOURTEEN_DAYS: kinds.PollDuration.FOURTEEN_DAYS,
}
_REACTIONS = {
    pb.REACTION_TYPE_LIKE: kinds.ReactionType.LIKE,
    pb.REACTION_TYPE_PRAISE: kinds.ReactionType.PRAISE,
    pb.REACTION_TYPE_EMPATHY: kinds.ReactionType.EMPATHY,
    pb.REACTION_TYPE_INTEREST: kinds.ReactionType.INTEREST,
    pb.REACTION_TYPE_APPRECIATION: kinds.ReactionType.APPRECIATION,
    pb.REACTION_TYPE_ENTERTAINMENT: kinds.ReactionType.ENTERTAINMENT,
}
_OUTCOMES = {
    AttemptState.CONFIRMED: calls.ACTION_OUTCOME_CONFIRMED,
    AttemptState.REJECTED: calls.ACTION_OUTCOME_REJECTED,
    AttemptState.UNKNOWN: calls.ACTION_OUTCOME_UNKNOWN,
    AttemptState.NOT_FOUND: calls.ACTION_OUTCOME_REJECTED,
}
_VERDICTS = {
    Verdict.CONFIRMED: calls.RECONCILE_OUTCOME_CONFIRMED,
    Verdict.NOT_FOUND: calls.RECONCILE_OUTCOME_NOT_FOUND,
    Verdict.UNDECIDED: calls.RECONCILE_OUTCOME_UNDECIDED,
    Verdict.NEEDS_HUMAN: calls.RECONCILE_OUTCOME_NEEDS_HUMAN,
}


def attempt_from_proto(request: calls.ExecuteActionRequest) -> Attempt:
    """An attempt."""
    return Attempt(UUID(request.attempt_id), UUID(request.user_id), _action(request))


def known_to_proto(known: Known) -> calls.ExecuteActionResponse:
    """What is known after an attempt."""
    return calls.ExecuteActionResponse(
        outcome=_OUTCOMES[known.state],
        remote_id=known.remote_id,
        status_code=known.status_code,
        error_code=known.error_code,
        error_message=known.error_message,
        retry_time=to_timestamp(known.retry_at),
    )


def reconciled_to_proto(reconciled: Reconciled) -> calls.ReconcileActionResponse:
    """What reading back has shown."""
    return calls.ReconcileActionResponse(
        outcome=_VERDICTS[reconciled.verdict],
        remote_id=reconciled.remote_id,
        error_code=reconciled.error_code,
        error_message=reconciled.error_message,
        retry_time=to_timestamp(reconciled.retry_at),
        reconcile_count=reconciled.reconcile_count,
        evidence=reconciled.evidence or "",
    )


def _action(request: calls.ExecuteActionRequest) -> kinds.Action:
    kind = request.WhichOneof("action")
    assert kind is not None, "the contract requires an action"
    return _ACTIONS[kind](getattr(request, kind))


def _post(post: pb.PublishPost) -> kinds.PublishPost:
    kind = post.WhichOneof("content")
    return kinds.PublishPost(
        post.text,
        _VISIBILITIES[post.visibility],
        post.author_urn,
        None if kind is None else _CONTENTS[kind](getattr(post, kind)),
        post.is_reshare_disabled,
    )


def _repost(of: pb.Repost) -> kinds.Repost:
    return kinds.Repost(of.post_urn, of.text, _VISIBILITIES[of.visibility], of.author_urn)


def _comment(new: pb.CreateComment) -> kinds.CreateComment:
    return kinds.CreateComment(new.post_urn, new.text, new.parent_comment_urn, new.actor_urn)


def _comment_edit(edit: pb.EditComment) -> kinds.EditComment:
    return kinds.EditComment(edit.post_urn, edit.comment_urn, edit.text, edit.actor_urn)


def _reaction(to: pb.AddReaction) -> kinds.AddReaction:
    return kinds.AddReaction(to.target_urn, _REACTIONS[to.reaction], to.actor_urn)


def _message(sent: pb.SendMessage) -> kinds.SendMessage:
    return kinds.SendMessage(tuple(sent.recipient_urns), sent.subject, sent.body)


def _image(image: pb.ImageContent) -> kinds.ImageContent:
    return kinds.ImageContent(_media(image.media), image.alt_text)


def _images(several: pb.MultiImageContent) -> kinds.MultiImageContent:
    return kinds.MultiImageContent(tuple(map(_image, several.images)))


def _document(document: pb.DocumentContent) -> kinds.DocumentContent:
    return kinds.DocumentContent(_media(document.media), document.title)


def _video(video: pb.VideoContent) -> kinds.VideoContent:
    return kinds.VideoContent(_media(video.media), video.title)


def _article(link: pb.ArticleContent) -> kinds.ArticleContent:
    thumbnail = _media(link.thumbnail) if link.HasField("thumbnail") else None
    return kinds.ArticleContent(link.url, link.title, link.description, thumbnail)


def _poll(asked: pb.PollContent) -> kinds.PollContent:
    return kinds.PollContent(asked.question, tuple(asked.options), _DURATIONS[asked.duration])


def _media(media: pb.Media) -> kinds.Media:
    return kinds.Media(media.url, media.sha256, media.content_type, media.size_bytes)


_ACTIONS: Mapping[str, Callable[[Any], kinds.Action]] = {
    "publish_post": _post,
    "repost": _repost,
    "edit_post": lambda edit: kinds.EditPost(edit.post_urn, edit.text),
    "delete_post": lambda gone: kinds.DeletePost(gone.post_urn),
    "create_comment": _comment,
    "edit_comment": _comment_edit,
    "add_reaction": _reaction,
    "send_invitation": lambda to: kinds.SendInvitation(to.invitee_urn, to.message),
    "send_message": _message,
}
"""How to read each action of the contract; a test compares it with the contract."""
_CONTENTS: Mapping[str, Callable[[Any], kinds.Content]] = {
    "image": _image,
    "multi_image": _images,
    "document": _document,
    "video": _video,
    "article": _article,
    "poll": _poll,
}
