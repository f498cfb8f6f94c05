"""Actors that deliver outbox messages."""

from datetime import datetime
from typing import Any

import dramatiq
from google.protobuf.timestamp_pb2 import Timestamp
from inergize.analytics.v1 import analytics_internal_service_pb2 as analytics
from inergize.auth.v1 import auth_internal_service_pb2 as auth
from inergize.profile.v1 import linkedin_connection_pb2 as connection
from inergize.profile.v1 import linkedin_imports_pb2 as imports
from inergize.profile.v1 import profile_internal_service_pb2 as profile

from services.kernel.messages import to_json
from workers.actors import metrics, replies
from workers.deliveries import Delivery, deliver
from workers.errors import UnknownTopicError
from workers.resources import Open

LIMITS: dict[str, Any] = {"max_retries": 0, "max_age": 60_000, "time_limit": 45_000}  # ms


def declare(broker: dramatiq.Broker) -> None:
    """Declare the actors on a broker."""
    for actor, queue in (
        (send_email, "mail"),
        (record_events, "normal"),
        (record_api_performance, "low"),
        (initialize_user, "high"),
        (announce_linkedin, "high"),
        (announce_disconnection, "high"),
        (revoke_linkedin_tokens, "normal"),
        (read_linkedin_import, "low"),
        (metrics.record_profile_metrics, "low"),
        (metrics.record_post_metrics, "low"),
        (replies.record_reply, "high"),
        (refuse_topic, "low"),
    ):
        dramatiq.actor(broker=broker, queue_name=queue, **LIMITS)(actor)


async def send_email(service: str, message_id: str, fence: int) -> None:
    """Send one mail. A crash right after sending sends it again: mails are at least once."""
    await deliver(service, message_id, fence, _send_email)


async def record_events(service: str, message_id: str, fence: int) -> None:
    """Hand events to Analytics, which counts each event id once."""
    await deliver(service, message_id, fence, _record_events)


async def record_api_performance(service: str, message_id: str, fence: int) -> None:
    """Hand measurements of calls to Analytics, which keeps each once."""
    await deliver(service, message_id, fence, _record_api_performance)


async def initialize_user(service: str, message_id: str, fence: int) -> None:
    """Have Profile create a new user's preferences."""
    await deliver(service, message_id, fence, _initialize_user)


async def announce_linkedin(service: str, message_id: str, fence: int) -> None:
    """Tell Auth and Analytics that a user's LinkedIn was connected."""
    await deliver(service, message_id, fence, _announce_linkedin)


async def announce_disconnection(service: str, message_id: str, fence: int) -> None:
    """Tell Auth that a user's LinkedIn is not connected any more."""
    await deliver(service, message_id, fence, _announce_disconnection)


async def revoke_linkedin_tokens(service: str, message_id: str, fence: int) -> None:
    """Have Profile give a disconnected member's tokens back."""
    await deliver(service, message_id, fence, _revoke_linkedin_tokens)


async def read_linkedin_import(service: str, message_id: str, fence: int) -> None:
    """Have Profile read an archive that a member has put; reading it again adds nothing."""
    await deliver(service, message_id, fence, _read_linkedin_import)


async def refuse_topic(service: str, message_id: str, fence: int) -> None:
    """Give back a message that nobody here can deliver: during an upgrade, somebody soon can."""
    await deliver(service, message_id, fence, _refuse_topic)


async def _refuse_topic(open_: Open, delivery: Delivery) -> None:  # noqa: ARG001
    raise UnknownTopicError


async def _send_email(open_: Open, delivery: Delivery) -> None:
    await open_.mail.send(delivery.payload, delivery.secret, message_id=delivery.message_id)


async def _record_events(open_: Open, delivery: Delivery) -> None:
    events = [_event(event) for event in delivery.payload["events"]]
    await open_.clients.analytics.RecordEvents(analytics.RecordEventsRequest(events=events))


async def _record_api_performance(open_: Open, delivery: Delivery) -> None:
    calls = [_measurement(call) for call in delivery.payload["calls"]]
    await open_.clients.analytics.RecordApiPerformance(
        analytics.RecordApiPerformanceRequest(calls=calls)
    )


async def _initialize_user(open_: Open, delivery: Delivery) -> None:
    user_id = delivery.payload["user_id"]
    await open_.clients.profile.InitializeUser(profile.InitializeUserRequest(user_id=user_id))


async def _announce_linkedin(open_: Open, delivery: Delivery) -> None:
    await _note_connection(open_, delivery, is_connected=True)
    await open_.clients.analytics.InitializeUser(
        analytics.InitializeUserRequest(user_id=delivery.payload["user_id"])
    )


async def _announce_disconnection(open_: Open, delivery: Delivery) -> None:
    await _note_connection(open_, delivery, is_connected=False)


async def _note_connection(open_: Open, delivery: Delivery, *, is_connected: bool) -> None:
    request = auth.SetLinkedInConnectedRequest(
        user_id=delivery.payload["user_id"],
        is_connected=is_connected,
        # Messages of an older release have none: anything newer stands against them.
        announcement=delivery.payload.get("announcement", 0),
    )
    await open_.clients.auth.SetLinkedInConnected(request)


async def _revoke_linkedin_tokens(open_: Open, delivery: Delivery) -> None:
    request = connection.RevokeLinkedInTokensRequest(
        revocation_id=delivery.payload["revocation_id"]
    )
    await open_.clients.profile.RevokeLinkedInTokens(request)


async def _read_linkedin_import(open_: Open, delivery: Delivery) -> None:
    request = imports.ReadLinkedInImportRequest(import_id=delivery.payload["import_id"])
    await open_.clients.profile.ReadLinkedInImport(request)


def _time(text: object) -> Timestamp:
    time = Timestamp()
    time.FromDatetime(datetime.fromisoformat(str(text)))
    return time


def _measurement(call: dict[str, Any]) -> analytics.ApiCallMeasurement:
    return analytics.ApiCallMeasurement(**call | {"time": _time(call["time"])})


def _event(event: dict[str, object]) -> analytics.Event:
    return analytics.Event(
        event_id=str(event["event_id"]),
        user_id=str(event["user_id"]),
        time=_time(event["time"]),
        event_type=str(event["event_type"]),
        event_category=str(event["event_category"]),
        properties_json=to_json(event.get("properties", {})),
    )
