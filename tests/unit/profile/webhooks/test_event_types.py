"""Every event is described, and its data is what the description says."""

import json

import pytest

from services.profile.webhooks.event_types import EVENTS, EventType
from services.profile.webhooks.events import body_of


@pytest.mark.parametrize("event_type", EventType)
def test_an_event_is_told_with_the_fields_of_its_example(event_type: EventType) -> None:
    example = EVENTS[event_type].example
    body = body_of(event_type, example)
    assert list(body) == ["type", "timestamp", "data"]
    assert json.loads(json.dumps(body))["data"] == example
    with pytest.raises(ValueError, match="has the fields"):
        body_of(event_type, {**example, "more": 1})
