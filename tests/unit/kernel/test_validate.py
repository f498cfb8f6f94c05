"""What a request may cost before anything is done for it."""

from typing import Any

import pytest
from google.protobuf.message import Message
from inergize.auth.v1 import (
    auth_admin_service_pb2,
    auth_mfa_pb2,
    auth_pb2,
    auth_service_pb2,
)
from inergize.common.v1 import work_internal_service_pb2
from inergize.content.v1 import content_pb2, content_service_pb2

from services.kernel.contract import Method, methods
from services.kernel.errors import InvalidRequest
from services.kernel.interceptors import validate


def method(file: Any, service: str, name: str) -> Method:
    full_name = file.DESCRIPTOR.services_by_name[service].full_name
    return next(found for found in methods(full_name) if found.name == name)


CREATE = method(content_service_pb2, "ContentService", "CreateContent")
INTERNAL = method(work_internal_service_pb2, "WorkInternalService", "FinishOutboxMessage")


def draft(**fields: Any) -> bytes:
    content = content_pb2.Content(type=content_pb2.CONTENT_TYPE_POST, **fields)
    return content_service_pb2.CreateContentRequest(content=content).SerializeToString()


def refusal(asked: Method, raw: bytes) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as refused:
        validate.parsed(asked, raw)
    return refused.value


def test_each_broken_rule_of_a_small_request_is_named() -> None:
    refused = refusal(CREATE, draft(title="t" * 300, tags=["", "b" * 51]))
    assert set(refused.violations) == {"content.title", "content.tags[0]", "content.tags[1]"}


def test_a_long_list_is_told_its_limit_and_not_each_item() -> None:
    refused = refusal(CREATE, draft(tags=[""] * 30_000))
    assert refused.violations == {"content.tags": "must contain no more than 30 item(s)"}


def test_a_refusal_fits_into_trailers() -> None:
    refused = refusal(CREATE, draft(tags=["b" * 51 + str(n) for n in range(100)]))
    assert len(refused.violations) == validate.MOST_NAMED
    assert refused.status().ByteSize() < 4_000  # and message and details each say it again


def broken(request: Message) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        validate.check(request)
    return dict(refused.value.violations)


def test_what_was_left_out_is_said_before_how_it_must_look() -> None:
    assert broken(auth_service_pb2.RegisterRequest()) == {
        "email": "must not be empty",
        "password": "must be at least 8 characters",
        "first_name": "must not be empty",
        "last_name": "must not be empty",
    }


def test_an_enum_is_told_by_the_names_that_would_do() -> None:
    by_code = "MFA_METHOD_KIND_SMS, MFA_METHOD_KIND_EMAIL"
    resend = auth_mfa_pb2.ResendMfaCodeRequest(
        challenge_token="t" * 43, method=auth_pb2.MFA_METHOD_KIND_TOTP
    )
    assert broken(resend) == {"method": f"must be one of {by_code}"}
    tiers = "FREE", "BASIC", "PREMIUM", "ENTERPRISE"
    named = "must be one of " + ", ".join(f"SUBSCRIPTION_TIER_{tier}" for tier in tiers)
    asked = auth_admin_service_pb2.ListUsersRequest()
    asked.tiers.extend([0, 99])  # type: ignore[list-item]
    assert broken(asked) == {"tiers[0]": named, "tiers[1]": named}


def test_long_wordings_fit_into_trailers() -> None:
    asked = auth_admin_service_pb2.ListUsersRequest()
    asked.tiers.extend([99] * 10)  # type: ignore[list-item]
    with pytest.raises(InvalidRequest) as refused:
        validate.check(asked)
    assert 1 < len(refused.value.violations) < validate.MOST_NAMED
    assert refused.value.status().ByteSize() < 4_000


def test_more_than_the_edge_takes_is_refused_before_it_is_read() -> None:
    refused = refusal(CREATE, b"\xff" * (validate.LARGEST_REQUEST_BYTES + 1))
    assert refused.violations == {"request": "is larger than 64 KiB"}


def test_our_own_processes_may_send_more() -> None:
    raw = b"\xff" * (validate.LARGEST_REQUEST_BYTES + 1)
    assert "is not a" in refusal(INTERNAL, raw).violations["request"]


def test_good_request_comes_out_whole() -> None:
    request: Message = validate.parsed(CREATE, draft(body="b", tags=["one", "two"]))
    assert request.content.tags == ["one", "two"]  # type: ignore[attr-defined]
