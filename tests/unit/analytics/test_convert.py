"""Event properties: whatever is accepted, PostgreSQL can keep."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.convert import properties_from_json
from services.analytics.domain import check_times
from services.analytics.model import Event
from services.analytics.streams import PARTITIONS, partition_of
from services.kernel.errors import InvalidRequest

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)  # fmt: skip


def has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(has_nul(key) or has_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(has_nul(inner) for inner in value)


def an_event(at: datetime, **properties: Any) -> Event:
    return Event(uuid4(), uuid4(), at, "content_published", "content", properties)


@given(st.dictionaries(st.text(), json_values))
def test_objects_are_kept_unless_they_hold_nul(properties: dict[str, Any]) -> None:
    text = json.dumps(properties)
    if has_nul(properties):
        with pytest.raises(InvalidRequest):
            properties_from_json("field", text)
    else:
        assert properties_from_json("field", text) == properties


def test_nothing_is_an_empty_object() -> None:
    assert properties_from_json("field", "") == {}


@given(st.dictionaries(st.text(), json_values))
def test_event_survives_its_batch(properties: dict[str, Any]) -> None:
    event = an_event(NOW + TICK, **properties)

    assert Event.from_json(json.loads(json.dumps(event.to_json()))) == event


def test_times_at_the_edges_are_accepted() -> None:
    check_times([an_event(NOW + timedelta(minutes=5)), an_event(NOW - timedelta(days=30))], NOW)


def test_times_beyond_the_edges_are_named() -> None:
    events = [an_event(NOW), an_event(NOW + timedelta(minutes=5) + TICK),
              an_event(NOW - timedelta(days=30) - TICK)]  # fmt: skip

    with pytest.raises(InvalidRequest) as refused:
        check_times(events, NOW)

    assert list(refused.value.violations) == ["events[1].time", "events[2].time"]


@given(st.uuids())
def test_partitions_exist(user_id: UUID) -> None:
    assert 0 <= partition_of(user_id) < PARTITIONS


def test_partition_is_the_same_in_every_release() -> None:
    # Other consumers follow by it: changing it needs a plan.
    assert [partition_of(UUID(int=number)) for number in (0, 1, 2**127)] == [5, 3, 1]
