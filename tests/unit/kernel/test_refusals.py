"""What a failed call leaves in the log: enough to look into it, nothing that was sent."""

from typing import Any
from unittest.mock import sentinel

import pytest
from structlog.testing import capture_logs

from services.kernel.errors import DomainError, Internal, PermissionDenied, Unavailable
from services.kernel.interceptors.call import Call
from services.kernel.interceptors.errors import known_error
from tests.support.contracts import all_methods

CANARY = "canary-5ecret"


def logged(error: BaseException) -> tuple[DomainError, dict[str, Any]]:
    """What the client is told, and the one line that is written."""
    method = all_methods()[0]
    call = Call(sentinel.context, method, {"x-inergize-client-address": "9.9.9.9" * 20}, "r-1")
    try:
        raise error  # noqa: TRY301 - as a handler would
    except BaseException as raised:  # noqa: BLE001 - as the interceptor does
        with capture_logs() as lines:
            known = known_error(raised, call)
    (line,) = lines
    assert line["method"] == method.path
    assert CANARY not in str(line)
    return known, dict(line)


def test_what_was_not_expected_is_logged_by_kind_and_place() -> None:
    known, line = logged(KeyError(CANARY))
    assert isinstance(known, Internal)
    assert (line["event"], line["log_level"], line["error"]) == ("call_failed", "error", "KeyError")
    assert line["frames"][-1].endswith("logged")


@pytest.mark.parametrize("gone", [ConnectionRefusedError, TimeoutError])
def test_a_part_that_is_away_is_logged_as_such(gone: type[OSError]) -> None:
    known, line = logged(gone(CANARY))
    assert isinstance(known, Unavailable)
    assert (line["event"], line["log_level"]) == ("dependency_unavailable", "error")


def test_a_refusal_is_logged_with_its_reason_and_where_it_came_from() -> None:
    known, line = logged(PermissionDenied(secret=CANARY))
    assert isinstance(known, PermissionDenied)
    assert (line["event"], line["reason"]) == ("call_refused", "PERMISSION_DENIED")
    assert line["actor"] == "anonymous"
    assert line["client"].startswith("9.9.9.9")
    assert len(line["client"]) <= 45
