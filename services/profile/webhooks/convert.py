"""Between messages about webhooks and their models."""

import json
from collections.abc import Collection
from typing import Any

from inergize.profile.v1 import profile_webhooks_pb2 as pb

from services.kernel.errors import InvalidRequest
from services.kernel.messages import to_json, to_timestamp
from services.profile.webhooks.event_types import EVENTS, EventType
from services.profile.webhooks.model import Delivery, DeliveryState, DisabledReason, Webhook
from services.profile.webhooks.schedule import Result, excerpt_of
from services.profile.webhooks.sending import Outgoing

_STATES = {
    None: pb.WEBHOOK_STATE_ACTIVE,
    DisabledReason.USER: pb.WEBHOOK_STATE_SWITCHED_OFF,
    DisabledReason.GONE: pb.WEBHOOK_STATE_GONE,
    DisabledReason.FAILING: pb.WEBHOOK_STATE_FAILING,
}
_DELIVERY_STATES = {
    DeliveryState.PENDING: pb.WEBHOOK_DELIVERY_STATE_PENDING,
    DeliveryState.DELIVERED: pb.WEBHOOK_DELIVERY_STATE_DELIVERED,
    DeliveryState.DEAD: pb.WEBHOOK_DELIVERY_STATE_DEAD,
    DeliveryState.MISSED: pb.WEBHOOK_DELIVERY_STATE_MISSED,
}
_NAMED = {number: state for state, number in _DELIVERY_STATES.items()}
_CHANGEABLE = ("url", "event_types", "description", "is_active")
_EVERYTHING = "*"


def webhook_to_proto(webhook: Webhook) -> pb.Webhook:
    """A webhook, without its secret."""
    return pb.Webhook(
        webhook_id=str(webhook.webhook_id),
        url=webhook.url,
        description=webhook.description,
        event_types=webhook.event_types,
        state=_STATES[webhook.disabled_reason],
        failing_since_time=to_timestamp(webhook.failing_since),
        previous_secret_end_time=to_timestamp(webhook.previous_until),
        etag=webhook.etag,
        created_time=to_timestamp(webhook.created_at),
        updated_time=to_timestamp(webhook.updated_at),
    )


def delivery_to_proto(delivery: Delivery) -> pb.WebhookDelivery:
    """A delivery."""
    next_attempt_at = None if delivery.is_being_sent else delivery.next_attempt_at
    return pb.WebhookDelivery(
        delivery_id=str(delivery.delivery_id),
        webhook_id=str(delivery.webhook_id),
        event_type=delivery.event_type,
        body_json=to_json(delivery.body),
        state=_DELIVERY_STATES[delivery.state],
        attempt_count=delivery.attempt,
        next_attempt_time=to_timestamp(next_attempt_at),
        response_code=delivery.response_code or 0,
        response_excerpt=delivery.response_excerpt,
        error=delivery.error,
        elapsed_ms=delivery.elapsed_ms or 0,
        ended_time=to_timestamp(delivery.ended_at),
        created_time=to_timestamp(delivery.created_at),
    )


def states_from_proto(
    states: Collection[pb.WebhookDeliveryState.ValueType],
) -> list[DeliveryState]:
    """The states of a filter."""
    return [_NAMED[state] for state in states]


def changes_from_proto(change: pb.WebhookChange, mask: Collection[str]) -> dict[str, Any]:
    """What changes: what the mask names, else what is given.

    Raises InvalidRequest naming what the mask may not name, or what it names and is not given.
    """
    given: dict[str, Any] = {field.name: value for field, value in change.ListFields()}
    if change.event_types:
        given["event_types"] = tuple(change.event_types)
    unknown = sorted(set(mask) - {*_CHANGEABLE, _EVERYTHING})
    if unknown:
        raise InvalidRequest({"update_mask": f"has no such field: {', '.join(unknown)}"})
    names = _CHANGEABLE if _EVERYTHING in mask else tuple(mask)
    if not names and not given:
        raise InvalidRequest({"webhook": "must hold at least one field"})
    missing = sorted(set(names) - given.keys() - {"description"})
    if missing:
        raise InvalidRequest({f"webhook.{name}": "must be given" for name in missing})
    return {name: given.get(name, "") for name in names or given}


def event_types_to_proto() -> list[pb.WebhookEventType]:
    """The catalogue, by name."""
    return [
        pb.WebhookEventType(
            name=name,
            summary=EVENTS[name].summary,
            example_json=to_json(dict(EVENTS[name].example)),
        )
        for name in sorted(EventType)
    ]


def outgoing_to_proto(outgoing: Outgoing) -> pb.ClaimedWebhookDelivery:
    """A message that is to be sent now."""
    return pb.ClaimedWebhookDelivery(
        delivery_id=str(outgoing.delivery_id),
        fence=outgoing.fence,
        url=outgoing.url,
        headers=outgoing.headers,
        body=outgoing.body,
    )


def result_from_proto(request: pb.FinishWebhookDeliveryRequest) -> Result:
    """How a try went; of the answer only its beginning stays."""
    if request.WhichOneof("outcome") == "error":
        return Result(error=request.error)
    answer = request.answer
    return Result(
        status=answer.status,
        excerpt=excerpt_of(answer.body),
        retry_after=answer.retry_after,
        elapsed_ms=answer.elapsed_ms,
    )


def data_from_json(data_json: str) -> dict[str, object]:
    """An event's data. Raises InvalidRequest unless it is a JSON object."""
    try:
        data = json.loads(data_json)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise InvalidRequest({"data_json": "must be a JSON object"})
    return data
