"""Between messages and models."""

from uuid import UUID

from google.api.httpbody_pb2 import HttpBody
from google.protobuf.json_format import MessageToJson
from inergize.profile.v1 import profile_internal_service_pb2 as internal
from inergize.profile.v1 import profile_pb2 as pb
from inergize.profile.v1 import profile_service_pb2 as service

from services.kernel.messages import to_timestamp
from services.profile import page
from services.profile.connect import Consent
from services.profile.linkedin_model import Visibility
from services.profile.model import (
    Attempt,
    AttemptState,
    Connection,
    ConnectionState,
    Known,
    Preferences,
    Profile,
    PublishPost,
    member_urn,
)

_CONNECTION_STATES = {
    ConnectionState.DISCONNECTED: pb.CONNECTION_STATE_DISCONNECTED,
    ConnectionState.CONNECTED: pb.CONNECTION_STATE_CONNECTED,
    ConnectionState.NEEDS_RECONNECT: pb.CONNECTION_STATE_NEEDS_RECONNECT,
}
_PRIVACY_LEVELS = {
    "minimal": pb.PRIVACY_LEVEL_MINIMAL,
    "standard": pb.PRIVACY_LEVEL_STANDARD,
    "enhanced": pb.PRIVACY_LEVEL_ENHANCED,
}
_VISIBILITIES = {
    internal.VISIBILITY_PUBLIC: Visibility.PUBLIC,
    internal.VISIBILITY_CONNECTIONS: Visibility.CONNECTIONS,
}
_OUTCOMES = {
    AttemptState.CONFIRMED: internal.ACTION_OUTCOME_CONFIRMED,
    AttemptState.REJECTED: internal.ACTION_OUTCOME_REJECTED,
    AttemptState.UNKNOWN: internal.ACTION_OUTCOME_UNKNOWN,
}


def consent_from_proto(request: service.CompleteLinkedInConnectRequest) -> Consent:
    """What LinkedIn put into its redirect."""
    return Consent(request.code, request.state, request.error)


def connection_to_proto(connection: Connection) -> pb.LinkedInConnection:
    """A connection."""
    return pb.LinkedInConnection(
        state=_CONNECTION_STATES[connection.state],
        member_urn=member_urn(connection.linkedin_id) if connection.linkedin_id else "",
        scopes=connection.scopes,
        token_expires_time=to_timestamp(connection.token_expires_at),
        reason=connection.reason,
        connected_time=to_timestamp(connection.connected_at),
    )


def profile_to_proto(profile: Profile) -> pb.LinkedInProfile:
    """A member's profile."""
    return pb.LinkedInProfile(
        member_urn=member_urn(profile.linkedin_id),
        display_name=profile.name or "",
        headline=profile.headline or "",
        industry=profile.industry or "",
        location=profile.location or "",
        profile_url=profile.profile_url or "",
        picture_url=profile.profile_picture_url or "",
        connections_count=profile.connections_count,
        followers_count=profile.followers_count,
        last_sync_time=to_timestamp(profile.last_sync_at),
    )


def preferences_to_proto(preferences: Preferences) -> pb.Preferences:
    """A user's preferences."""
    return pb.Preferences(
        is_notification_email_enabled=preferences.notification_email,
        is_notification_push_enabled=preferences.notification_push,
        is_auto_sync_enabled=preferences.auto_sync_linkedin,
        is_optimal_posting_enabled=preferences.optimal_posting_enabled,
        is_automation_enabled=preferences.automation_enabled,
        is_ai_enabled=preferences.ai_suggestions_enabled,
        has_benchmark_consent=preferences.benchmark_consent,
        privacy_level=_PRIVACY_LEVELS[preferences.privacy_level],
        etag=str(preferences.version),
    )


def html_page(front_end_url: str) -> HttpBody:
    """What a browser is shown after connecting."""
    return HttpBody(content_type="text/html; charset=utf-8", data=page.connected(front_end_url))


def json_page(connection: pb.LinkedInConnection) -> HttpBody:
    """What a program is shown: the same JSON as from `GetLinkedInConnection`."""
    reply = service.GetLinkedInConnectionResponse(connection=connection)
    return HttpBody(content_type="application/json", data=MessageToJson(reply).encode())


def attempt_from_proto(request: internal.ExecuteActionRequest) -> Attempt:
    """An attempt; its oneof has one kind of action so far."""
    post = request.publish_post
    return Attempt(
        UUID(request.attempt_id),
        UUID(request.user_id),
        PublishPost(post.text, _VISIBILITIES[post.visibility], post.author_urn),
    )


def known_to_proto(known: Known) -> internal.ExecuteActionResponse:
    """What is known after an attempt."""
    return internal.ExecuteActionResponse(
        outcome=_OUTCOMES[known.state],
        remote_id=known.remote_id,
        status_code=known.status_code,
        error_code=known.error_code,
        error_message=known.error_message,
        retry_time=to_timestamp(known.retry_at),
    )
