"""What each way to fail says about whether a write may have happened."""

from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest

from services.profile.linkedin.outcome import (
    THROTTLE_PAUSE_SECONDS,
    NotSent,
    Rejected,
    Throttled,
    Unknown,
    from_failure,
    from_other,
    throttled_until,
)

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError]
)
def test_a_failure_before_the_first_byte_is_not_sent(failure: type[httpx.TransportError]) -> None:
    assert from_failure(failure("x")) == NotSent(failure.__name__)


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadError,
        httpx.ReadTimeout,
        httpx.WriteError,
        httpx.WriteTimeout,
        httpx.CloseError,
        httpx.RemoteProtocolError,
        httpx.LocalProtocolError,
        httpx.DecodingError,
        TimeoutError,
        ConnectionResetError,
    ],
)
def test_a_failure_after_bytes_may_have_left_is_unknown(failure: type[Exception]) -> None:
    assert from_failure(failure("x")) == Unknown(failure.__name__)


@pytest.mark.parametrize("status", [200, 202, 204, 302, 408, 500, 502, 503, 504])
def test_only_a_clear_refusal_is_a_certainty(status: int) -> None:
    assert from_other(httpx.Response(status), NOW) == Unknown(f"HTTP {status}")


def test_a_refusal_keeps_status_code_and_message() -> None:
    body = {"status": 403, "serviceErrorCode": 100, "code": "ACCESS_DENIED", "message": "no"}
    assert from_other(httpx.Response(403, json=body), NOW) == Rejected(403, "ACCESS_DENIED", "no")


def test_a_duplicate_names_the_post_it_repeats() -> None:
    message = "...BadRequestResponseException: Content is a duplicate of urn:li:share:71"
    error = {"description": message, "code": "DUPLICATE_POST"}
    body = {"message": message, "status": 422, "errorDetails": {"inputErrors": [error]}}
    assert from_other(httpx.Response(422, json=body), NOW) == Rejected(
        422, "DUPLICATE_POST", message, duplicate_of="urn:li:share:71"
    )


def test_a_429_is_throttled_and_keeps_the_message() -> None:
    message = "Resource level throttle MEMBER DAY limit for calls to this resource is reached."
    answer = from_other(httpx.Response(429, json={"status": 429, "message": message}), NOW)
    assert answer == Throttled(datetime(2026, 11, 24, tzinfo=UTC), message)


def test_a_daily_quota_begins_anew_at_midnight_utc_whatever_the_local_zone() -> None:
    local = datetime(2026, 11, 24, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    until = throttled_until("throttle APPLICATION DAY limit", local)
    assert until == datetime(2026, 11, 24, tzinfo=UTC)


def test_another_throttle_asks_for_a_short_pause() -> None:
    until = throttled_until("Resource level throttle limit for calls is reached.", NOW)
    assert until == NOW + timedelta(seconds=THROTTLE_PAUSE_SECONDS)
