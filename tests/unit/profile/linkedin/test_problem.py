"""Reading LinkedIn's three error shapes, and bodies that are none of them."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.linkedin.problem import Problem, read_problem
from services.profile.linkedin.redaction import MESSAGE_LIMIT

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "message", "error", "errorDetails", "inputErrors", "x"])
            | st.just("serviceErrorCode"),
            inner,
            max_size=4,
        )
    ),
)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            {"status": 401, "serviceErrorCode": 65600, "message": "Invalid access token"},
            Problem("INVALID_ACCESS_TOKEN", "Invalid access token"),
        ),
        (
            {"serviceErrorCode": 65601, "code": "REVOKED_ACCESS_TOKEN", "message": "m"},
            Problem("REVOKED_ACCESS_TOKEN", "m"),
        ),
        (
            {"error": "invalid_client", "error_description": "Client authentication failed"},
            Problem("invalid_client", "Client authentication failed"),
        ),
        (
            {
                "code": "GENERAL",
                "message": "m",
                "errorDetails": {"inputErrors": [{"code": "PARAM_INVALID"}]},
            },
            Problem("PARAM_INVALID", "m"),
        ),
        ({"status": 422, "message": "ERROR :: /x :: y"}, Problem("", "ERROR :: /x :: y")),
        *(
            (
                {"status": 403, "message": f"Not enough permissions to access: {what}", **more},
                Problem("ACCESS_DENIED", f"Not enough permissions to access: {what}"),
            )
            for what in ("POST /ugcPosts", "userinfo.GET.NO_VERSION", "posts.CREATE.20260901")
            for more in ({}, {"serviceErrorCode": 100})
        ),
    ],
)
def test_read_problem_takes_the_most_precise_word(body: dict[str, Any], problem: Problem) -> None:
    assert read_problem(httpx.Response(400, json=body)) == problem


@pytest.mark.parametrize("content", [b"", b"<html>Bad gateway</html>", b"[1]", b"\xff"])
def test_a_body_that_is_not_linkedins_gives_the_status_phrase(content: bytes) -> None:
    assert read_problem(httpx.Response(403, content=content)) == Problem("", "Forbidden")


@given(JSON)
def test_read_problem_survives_any_json(body: object) -> None:
    problem = read_problem(httpx.Response(400, json=body))
    assert len(problem.message) <= MESSAGE_LIMIT
