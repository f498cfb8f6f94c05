"""What may be scheduled, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.content.domain import FARTHEST, LATE, calendar_time, check_etag, check_publishable
from services.content.errors import (
    NothingToPublish,
    NotPublishable,
    ScheduleTimeRefused,
    WrongContentState,
)
from services.content.model import Content, Outcome, PublicationResult, Recorded
from services.content.publishing import check_result, published_event
from services.kernel.errors import DomainError, EtagMismatch, InvalidRequest

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOMEBODY = UUID(int=1)
DRAFT = Content(
    id=UUID(int=2),
    user_id=SOMEBODY,
    type="post",
    title="",
    body="Hello",
    visibility="public",
    tags=(),
    ai_origin="none",
    status="draft",
    scheduled_at=None,
    published_at=None,
    linkedin_post_urn="",
    publish_state="idle",
    publish_error="",
    publish_action_id=None,
    revision=3,
    created_at=NOW,
    updated_at=NOW,
)
STATUSES = ["draft", "scheduled", "published", "failed", "archived"]
PUBLISH_STATES = ["idle", "claimed", "publishing", "published", "unknown", "failed"]
# All that may get a time; everything else either has begun, may be on LinkedIn, or is put away.
SCHEDULABLE = {
    *(("draft", state) for state in PUBLISH_STATES),
    *(("failed", state) for state in PUBLISH_STATES),
    ("scheduled", "idle"),
    ("scheduled", "claimed"),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("publish_state", PUBLISH_STATES)
def test_what_may_have_left_is_never_scheduled_again(status: str, publish_state: str) -> None:
    content = replace(DRAFT, status=status, publish_state=publish_state)
    if (status, publish_state) in SCHEDULABLE:
        check_publishable(content)
    else:
        with pytest.raises(WrongContentState) as refused:
            check_publishable(content)
        assert refused.value.metadata == {"status": status, "publish_state": publish_state}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"type": "banner"}, NotPublishable),
        ({"body": ""}, NothingToPublish),
        ({"body": " \u2003\n"}, NothingToPublish),
    ],
)
def test_only_posts_with_text_are_scheduled(
    change: dict[str, str], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        check_publishable(replace(DRAFT, **change))  # type: ignore[arg-type]


def test_etag_is_checked_when_given() -> None:
    check_etag(DRAFT, "")
    check_etag(DRAFT, DRAFT.etag)
    with pytest.raises(EtagMismatch):
        check_etag(DRAFT, replace(DRAFT, revision=4).etag)


@given(st.timedeltas(-LATE, FARTHEST), st.sampled_from(["UTC", "Asia/Tokyo", "America/Lima"]))
def test_times_from_now_to_a_year_ahead_are_kept(ahead: timedelta, zone: str) -> None:
    planned = calendar_time(NOW + ahead, zone, NOW)
    assert planned.at == NOW + ahead
    assert planned.local.tzinfo is None


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(["UTC", "Pacific/Apia", "Etc/GMT+12"]))
def test_every_other_time_is_refused_by_its_rule(at: datetime, zone: str) -> None:
    if NOW - LATE <= at <= NOW + FARTHEST:
        return
    for when in (at, at.replace(tzinfo=None)):
        if when.tzinfo is None and abs(at - NOW) < timedelta(days=400):
            continue  # a clock's time is near enough to be allowed in some zones
        with pytest.raises(ScheduleTimeRefused) as refused:
            calendar_time(when, zone, NOW)
        assert refused.value.metadata == {"rule": "past" if at < NOW else "too_far"}


@pytest.mark.parametrize(
    ("outcome", "field"), [(Outcome.PUBLISHED, "remote_id"), (Outcome.DEFERRED, "retry_time")]
)
def test_result_needs_what_its_outcome_needs(outcome: Outcome, field: str) -> None:
    bare = PublicationResult(outcome, remote_id="", error="", retry_at=None)
    with pytest.raises(InvalidRequest) as refused:
        check_result(bare)
    assert set(refused.value.violations) == {field}
    check_result(replace(bare, remote_id="urn:li:share:1", retry_at=NOW))


def test_post_urn_must_fit_its_column() -> None:
    long = PublicationResult(Outcome.PUBLISHED, remote_id="u" * 101, error="", retry_at=None)
    with pytest.raises(InvalidRequest):
        check_result(long)


def test_event_of_one_action_has_one_id() -> None:
    recorded = Recorded(SOMEBODY, UUID(int=7), published_at=NOW, scheduled_at=NOW, at=NOW, name="")
    once, again = (published_event(UUID(int=2), "urn", recorded, NOW) for _ in range(2))
    other = published_event(UUID(int=2), "urn", replace(recorded, action_id=UUID(int=8)), NOW)
    assert once == again
    assert once["event_id"] != other["event_id"]
