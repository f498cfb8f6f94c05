"""Between messages and models."""

from collections.abc import Iterable

from google.api.httpbody_pb2 import HttpBody
from google.protobuf.json_format import MessageToJson
from inergize.profile.v1 import profile_pb2 as pb
from inergize.profile.v1 import profile_service_pb2 as service

from services.kernel.messages import to_timestamp
from services.profile.connection import page
from services.profile.connection.abilities import Ability
from services.profile.connection.connect import Consent
from services.profile.model import (
    Connection,
    ConnectionState,
    Profile,
    member_urn,
)

_CONNECTION_STATES = {
    ConnectionState.DISCONNECTED: pb.CONNECTION_STATE_DISCONNECTED,
    ConnectionState.CONNECTED: pb.CONNECTION_STATE_CONNECTED,
    ConnectionState.RESTING: pb.CONNECTION_STATE_RESTING,
    ConnectionState.NEEDS_RECONNECT: pb.CONNECTION_STATE_NEEDS_RECONNECT,
}


def consent_from_proto(request: service.CompleteLinkedInConnectRequest) -> Consent:
    """What LinkedIn put into its redirect."""
    return Consent(request.code, request.state, request.error, request.error_description)


def connection_to_proto(
    connection: Connection, abilities: Iterable[Ability]
) -> pb.LinkedInConnection:
    """A connection, and what it can do."""
    return pb.LinkedInConnection(
        state=_CONNECTION_STATES[connection.state],
        member_urn=member_urn(connection.linkedin_id) if connection.linkedin_id else "",
        scopes=connection.scopes,
        token_expires_time=to_timestamp(connection.token_expires_at),
        reason=connection.reason,
        connected_time=to_timestamp(connection.connected_at),
        abilities=[_ability_to_proto(one) for one in abilities],
        retry_time=to_timestamp(connection.retry_at),
    )


def _ability_to_proto(one: Ability) -> pb.LinkedInAbility:
    return pb.LinkedInAbility(
        name=one.name,
        description=one.words,
        is_possible=one.is_possible,
        missing_scopes=one.missing_scopes,
        product=one.product,
        obstacle=one.obstacle,
        retry_time=to_timestamp(one.retry_at),
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


def html_page(front_end_url: str) -> HttpBody:
    """What a browser is shown after connecting."""
    return HttpBody(content_type="text/html; charset=utf-8", data=page.connected(front_end_url))


def refusal_page(words: str, front_end_url: str) -> HttpBody:
    """What a browser is shown when nothing came of it."""
    return HttpBody(
        content_type="text/html; charset=utf-8", data=page.refused(words, front_end_url)
    )


def json_page(connection: pb.LinkedInConnection) -> HttpBody:
    """What a program is shown: the same JSON as from `GetLinkedInConnection`."""
    reply = service.GetLinkedInConnectionResponse(connection=connection)
    return HttpBody(content_type="application/json", data=MessageToJson(reply).encode())
