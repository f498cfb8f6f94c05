"""Answers in the shapes that LinkedIn has been seen to send."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.profile.linkedin.config import LinkedInConfig
from services.profile.linkedin.model import TokenSet, UserInfo

NOW = datetime(2026, 11, 23, tzinfo=UTC)
GRANTED = {"access_token": "secret-a", "expires_in": 5183999, "scope": "openid,w_member_social"}


@pytest.mark.parametrize(
    "scope", ["openid,w_member_social", "openid w_member_social", "openid, w_member_social,"]
)
def test_scopes_are_read_with_commas_and_spaces(scope: str) -> None:
    tokens = TokenSet.from_answer({**GRANTED, "scope": scope}, NOW)
    assert tokens.scopes == {"openid", "w_member_social"}


def test_a_missing_or_empty_refresh_token_is_none() -> None:
    assert TokenSet.from_answer(GRANTED, NOW).refresh_token is None
    assert TokenSet.from_answer({**GRANTED, "refresh_token": ""}, NOW).refresh_token is None


def test_lifetimes_become_times() -> None:
    answer = {**GRANTED, "refresh_token": "secret-r", "refresh_token_expires_in": 31536000}
    tokens = TokenSet.from_answer(answer, NOW)
    assert tokens.expires_at == NOW + timedelta(seconds=5183999)
    assert tokens.refresh_expires_at == NOW + timedelta(days=365)


def test_secrets_do_not_show() -> None:
    tokens = TokenSet.from_answer({**GRANTED, "refresh_token": "secret-r"}, NOW)
    config = LinkedInConfig("o", "a", "id", "secret-c", "r")
    assert "secret-" not in f"{tokens!r} {tokens} {config!r}"


@pytest.mark.parametrize(
    ("claims", "locale", "is_verified"),
    [
        ({"locale": {"country": "DE", "language": "de"}, "email_verified": True}, "de_DE", True),
        ({"locale": "en-US", "email_verified": "true"}, "en-US", True),
        ({"email_verified": "false"}, None, False),
        ({}, None, False),
    ],
)
def test_userinfo_reads_live_and_documented_shapes(
    claims: dict[str, Any], locale: str | None, *, is_verified: bool
) -> None:
    member = UserInfo.from_answer({"sub": "abc", **claims})
    assert (member.urn, member.locale) == ("urn:li:person:abc", locale)
    assert member.is_email_verified is is_verified
