"""What LinkedIn's answers mean for an attempt."""

from datetime import UTC, datetime

import pytest

from services.profile.actions.model import AttemptState, Known
from services.profile.actions.outcomes import known_from
from services.profile.linkedin.outcome import (
    CallResult,
    Confirmed,
    NotSent,
    Rejected,
    Throttled,
    Unknown,
)
from services.profile.linkedin.redaction import impersonal

MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("result", "status_code", "known"),
    [
        (Confirmed("urn:li:share:1"), 201, Known(AttemptState.CONFIRMED, "urn:li:share:1", 201)),
        (
            Rejected(422, "DUPLICATE_POST", "Content is a duplicate of urn:li:share:1"),
            422,
            Known(
                AttemptState.REJECTED,
                status_code=422,
                error_code="DUPLICATE_POST",
                error_message="Content is a duplicate of urn:li:share:1",
            ),
        ),
        (
            Rejected(403, "", "Forbidden"),
            403,
            Known(AttemptState.REJECTED, "", 403, "HTTP_403", "Forbidden"),
        ),
        (
            Rejected(400, "PARAM_INVALID", "is too long", field_path="/commentary"),
            400,
            Known(AttemptState.REJECTED, "", 400, "PARAM_INVALID", "/commentary: is too long"),
        ),
        (
            Rejected(422, "X", "ERROR :: /commentary :: no", field_path="/commentary"),
            422,
            Known(AttemptState.REJECTED, "", 422, "X", "ERROR :: /commentary :: no"),
        ),
        (
            Throttled(MIDNIGHT, "DAY limit"),
            429,
            Known(AttemptState.REJECTED, "", 429, "throttled", "DAY limit", MIDNIGHT),
        ),
        (
            Unknown("HTTP 503"),
            503,
            Known(AttemptState.UNKNOWN, "", 503, "no_answer", "HTTP 503"),
        ),
        (
            Unknown("ReadTimeout"),
            0,
            Known(AttemptState.UNKNOWN, "", 0, "no_answer", "ReadTimeout"),
        ),
        (
            NotSent("ConnectError"),
            0,
            Known(AttemptState.REJECTED, "", 0, "not_sent", "ConnectError"),
        ),
    ],
)
def test_each_answer_has_one_meaning(result: CallResult, status_code: int, known: Known) -> None:
    assert known_from(result, status_code) == known


def test_people_are_left_out_of_what_linkedin_explains() -> None:
    told = "Not enough permissions for urn:li:person:a_B-9 on urn:li:share:7"

    assert impersonal(told) == "Not enough permissions for urn:li:person:... on urn:li:share:7"
