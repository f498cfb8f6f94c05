"""Between the contract's messages and the room's own values."""

from datetime import datetime

from inergize.content.v1 import content_internal_service_pb2 as internal
from inergize.content.v1 import content_pb2
from inergize.content.v1 import content_service_pb2 as pb

from services.content.model import (
    Content,
    Draft,
    DueContent,
    Outcome,
    Publication,
    PublicationResult,
)
from services.kernel import messages
from services.kernel.errors import InvalidRequest

TYPES = {
    content_pb2.CONTENT_TYPE_POST: "post",
    content_pb2.CONTENT_TYPE_CAROUSEL: "carousel",
    content_pb2.CONTENT_TYPE_BANNER: "banner",
    content_pb2.CONTENT_TYPE_ARTICLE: "article",
}
STATUSES = {
    content_pb2.CONTENT_STATUS_DRAFT: "draft",
    content_pb2.CONTENT_STATUS_SCHEDULED: "scheduled",
    content_pb2.CONTENT_STATUS_PUBLISHED: "published",
    content_pb2.CONTENT_STATUS_FAILED: "failed",
    content_pb2.CONTENT_STATUS_ARCHIVED: "archived",
}
PUBLISH_STATES = {
    content_pb2.PUBLISH_STATE_IDLE: "idle",
    content_pb2.PUBLISH_STATE_CLAIMED: "claimed",
    content_pb2.PUBLISH_STATE_PUBLISHING: "publishing",
    content_pb2.PUBLISH_STATE_PUBLISHED: "published",
    content_pb2.PUBLISH_STATE_UNKNOWN: "unknown",
    content_pb2.PUBLISH_STATE_FAILED: "failed",
}
VISIBILITIES = {
    content_pb2.VISIBILITY_UNSPECIFIED: "public",
    content_pb2.VISIBILITY_PUBLIC: "public",
    content_pb2.VISIBILITY_CONNECTIONS: "connections",
}
AI_ORIGINS = {
    content_pb2.AI_ORIGIN_UNSPECIFIED: "none",
    content_pb2.AI_ORIGIN_NONE: "none",
    content_pb2.AI_ORIGIN_ASSISTED: "assisted",
    content_pb2.AI_ORIGIN_GENERATED: "generated",
}
OUTCOMES = {
    internal.PUBLICATION_OUTCOME_PUBLISHED: Outcome.PUBLISHED,
    internal.PUBLICATION_OUTCOME_FAILED: Outcome.FAILED,
    internal.PUBLICATION_OUTCOME_UNKNOWN: Outcome.UNKNOWN,
    internal.PUBLICATION_OUTCOME_DEFERRED: Outcome.DEFERRED,
}
# Two words may mean the same; the later, named one is how we say it.
_TYPE_OF = {word: value for value, word in TYPES.items()}
_STATUS_OF = {word: value for value, word in STATUSES.items()}
_PUBLISH_STATE_OF = {word: value for value, word in PUBLISH_STATES.items()}
_VISIBILITY_OF = {word: value for value, word in VISIBILITIES.items()}
_AI_ORIGIN_OF = {word: value for value, word in AI_ORIGINS.items()}


def draft_from_proto(content: content_pb2.Content) -> Draft:
    """What the user wrote; fields that are output only are left out."""
    return Draft(
        type=TYPES[content.type],
        title=content.title,
        body=content.body,
        visibility=VISIBILITIES[content.visibility],
        tags=tuple(content.tags),
        ai_origin=AI_ORIGINS[content.ai_origin],
    )


def content_to_proto(content: Content) -> content_pb2.Content:
    """A content as its user sees it."""
    return content_pb2.Content(
        content_id=str(content.id),
        type=_TYPE_OF[content.type],
        title=content.title,
        body=content.body,
        tags=content.tags,
        visibility=_VISIBILITY_OF[content.visibility],
        ai_origin=_AI_ORIGIN_OF[content.ai_origin],
        status=_STATUS_OF[content.status],
        scheduled_time=messages.to_timestamp(content.scheduled_at),
        published_time=messages.to_timestamp(content.published_at),
        linkedin_post_urn=content.linkedin_post_urn,
        publish_state=_PUBLISH_STATE_OF[content.publish_state],
        publish_error=content.publish_error,
        publish_action_id=str(content.publish_action_id or ""),
        etag=content.etag,
        created_time=messages.to_timestamp(content.created_at),
        updated_time=messages.to_timestamp(content.updated_at),
    )


def when_from_proto(request: pb.ScheduleContentRequest) -> datetime:
    """The requested time: aware for a point in time, naive for a time on a clock.

    Raises InvalidRequest for one that no calendar or clock shows.
    """
    if request.WhichOneof("when") == "scheduled_time":
        return messages.to_datetime("scheduled_time", request.scheduled_time)
    try:
        return datetime.fromisoformat(request.local_time)
    except ValueError:
        raise InvalidRequest({"local_time": "must be a date and time that exist"}) from None


def due_to_proto(due: DueContent) -> internal.ClaimDueContentResponse:
    """What the scheduler claimed."""
    return internal.ClaimDueContentResponse(
        claims=[
            internal.PublicationClaim(
                content_id=str(claim.content_id), action_id=str(claim.action_id), fence=claim.fence
            )
            for claim in due.claims
        ],
        next_due_time=messages.to_timestamp(due.next_due_at),
    )


def publication_to_proto(publication: Publication) -> internal.BeginPublicationResponse:
    """What a worker is to publish."""
    return internal.BeginPublicationResponse(
        user_id=str(publication.user_id),
        action_id=str(publication.action_id),
        attempt=publication.attempt,
        text=publication.text,
        visibility=_VISIBILITY_OF[publication.visibility],
        author_urn=publication.author_urn,
        scheduled_time=messages.to_timestamp(publication.scheduled_at),
    )


def result_from_proto(request: internal.RecordPublicationRequest) -> PublicationResult:
    """What a worker reports; what does not belong to its outcome is left out."""
    outcome = OUTCOMES[request.outcome]
    is_published = outcome is Outcome.PUBLISHED
    has_retry = outcome is Outcome.DEFERRED and request.HasField("retry_time")
    return PublicationResult(
        outcome=outcome,
        remote_id=request.remote_id if is_published else "",
        error="" if is_published else request.error,
        retry_at=messages.to_datetime("retry_time", request.retry_time) if has_retry else None,
    )


def settlement_from_proto(request: internal.SettlePublicationRequest) -> PublicationResult:
    """What reading back has shown."""
    outcome = OUTCOMES[request.outcome]
    is_published = outcome is Outcome.PUBLISHED
    return PublicationResult(
        outcome=outcome,
        remote_id=request.remote_id if is_published else "",
        error="" if is_published else request.error,
        retry_at=None,
    )
