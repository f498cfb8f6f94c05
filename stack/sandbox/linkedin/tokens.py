"""Codes and tokens: issue, redeem, refresh, look up.

Lifetimes are LinkedIn's: codes 30 minutes, access 60 days, refresh 365 days from the first.
Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens
"""

import secrets
from dataclasses import dataclass
from typing import Any

from stack.sandbox.linkedin.house import House, digest
from stack.sandbox.linkedin.model import Grant

CODE_LIFETIME_MS = 30 * 60 * 1000
ACCESS_LIFETIME_MS = 60 * 86_400 * 1000
REFRESH_LIFETIME_MS = 365 * 86_400 * 1000

# About 500 characters, as LinkedIn's are: a column that is too short shows up here.
_TOKEN_BYTES = 372


@dataclass(frozen=True, slots=True)
class CodeGrant:
    """What a code stands for until it is redeemed."""

    client_id: str
    member_id: str
    redirect_uri: str
    scope: str
    code_challenge: str
    expires_ms: int


def record_consent(house: House, member_id: str, scope: str) -> None:
    """Note what a member agreed to; other scopes than last time end the tokens made before."""
    key = {"client_id": house.app.client_id, "member_id": member_id}
    with house.database.transaction():
        before = house.database.one("get_consent", **key)
        if before and set(before["scope"].split()) != set(scope.split()):
            house.database.run("revoke_tokens", **key)
        house.database.run("put_consent", **key, scope=scope)


def issue_code(
    house: House, member_id: str, *, redirect_uri: str, scope: str, code_challenge: str
) -> str:
    """Make a code for one use."""
    code = "AQ" + secrets.token_urlsafe(100)
    house.database.run(
        "add_code",
        digest=digest(code),
        client_id=house.app.client_id,
        member_id=member_id,
        redirect_uri=redirect_uri,
        scope=scope,
        code_challenge=code_challenge,
        expires_ms=house.clock.now_ms() + CODE_LIFETIME_MS,
    )
    return code


def take_code(house: House, code: str) -> CodeGrant | None:
    """Redeem a code: whatever comes of it, it is gone."""
    with house.database.transaction():
        row = house.database.one("get_code", digest=digest(code))
        house.database.run("drop_code", digest=digest(code))
    return CodeGrant(**dict(row)) if row else None


def issue_tokens(house: House, member_id: str, scope: str) -> dict[str, Any]:
    """The token answer for a redeemed code."""
    now_ms = house.clock.now_ms()
    with house.database.transaction():
        answer = _issue_access(house, member_id, scope, now_ms + ACCESS_LIFETIME_MS)
        if house.app.has_refresh_tokens:
            refresh_ends_ms = now_ms + REFRESH_LIFETIME_MS
            answer["refresh_token"] = _issue(house, "refresh", member_id, scope, refresh_ends_ms)
            answer["refresh_token_expires_in"] = REFRESH_LIFETIME_MS // 1000
    return answer


def refresh(house: House, refresh_token: str, grant: Grant) -> dict[str, Any]:
    """The token answer for a refresh: the refresh token and its end stay as they are."""
    ends_ms = min(house.clock.now_ms() + ACCESS_LIFETIME_MS, grant.expires_ms)
    answer = _issue_access(house, grant.member_id, grant.scope, ends_ms)
    answer["refresh_token"] = refresh_token
    answer["refresh_token_expires_in"] = (grant.expires_ms - house.clock.now_ms()) // 1000
    return answer


def find(house: House, kind: str, token: str) -> Grant | None:
    """What a token stands for; expired and revoked ones are found too."""
    row = house.database.one("get_token", digest=digest(token), kind=kind)
    return Grant(**{**dict(row), "is_revoked": bool(row["is_revoked"])}) if row else None


def _issue_access(house: House, member_id: str, scope: str, ends_ms: int) -> dict[str, Any]:
    return {
        "access_token": _issue(house, "access", member_id, scope, ends_ms),
        "expires_in": (ends_ms - house.clock.now_ms()) // 1000,
        # Commas, as live answers have them, where the documentation shows spaces.
        "scope": ",".join(scope.split()),
        "token_type": "Bearer",
    }


def _issue(house: House, kind: str, member_id: str, scope: str, ends_ms: int) -> str:
    token = "AQ" + secrets.token_urlsafe(_TOKEN_BYTES)
    house.database.run(
        "add_token",
        digest=digest(token),
        kind=kind,
        client_id=house.app.client_id,
        member_id=member_id,
        scope=scope,
        issued_ms=house.clock.now_ms(),
        expires_ms=ends_ms,
    )
    return token
