"""Codes and tokens: issue, redeem, refresh, look up, revoke.

Lifetimes are LinkedIn's: codes 30 minutes, access 60 days, refresh 365 days from the first.
Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens
"""

import secrets
from dataclasses import dataclass
from typing import Any

from stack.sandbox.linkedin.house import House, digest
from stack.sandbox.linkedin.model import App, Grant

CODE_LIFETIME_MS = 30 * 60 * 1000
ACCESS_LIFETIME_MS = 60 * 86_400 * 1000
REFRESH_LIFETIME_MS = 365 * 86_400 * 1000

# About 500 characters, as LinkedIn's are: a column that is too short shows up here.
_TOKEN_BYTES = 372


@dataclass(frozen=True, slots=True)
class CodeGrant:
    """What a code stands for until it is redeemed; `is_native` from the flow without a secret."""

    client_id: str
    member_id: str
    redirect_uri: str
    scope: str
    code_challenge: str
    is_native: bool
    authorized_ms: int
    expires_ms: int


def issue_code(
    house: House,
    app: App,
    member_id: str,
    *,
    redirect_uri: str,
    scope: str,
    code_challenge: str,
    is_native: bool = False,
) -> str:
    """Make a code for one use."""
    code = "AQ" + secrets.token_urlsafe(100)
    now_ms = house.clock.now_ms()
    house.database.run(
        "add_code",
        digest=digest(code),
        client_id=app.client_id,
        member_id=member_id,
        redirect_uri=redirect_uri,
        scope=scope,
        code_challenge=code_challenge,
        is_native=is_native,
        authorized_ms=now_ms,
        expires_ms=now_ms + CODE_LIFETIME_MS,
    )
    return code


def take_code(house: House, code: str) -> CodeGrant | None:
    """Redeem a code: whatever comes of it, it is gone."""
    with house.database.transaction():
        row = house.database.one("get_code", digest=digest(code))
        house.database.run("drop_code", digest=digest(code))
    return CodeGrant(**{**dict(row), "is_native": bool(row["is_native"])}) if row else None


def issue_tokens(house: House, app: App, granted: CodeGrant) -> dict[str, Any]:
    """The token answer for a redeemed code."""
    now_ms = house.clock.now_ms()
    grant = Grant(
        client_id=app.client_id,
        member_id=granted.member_id,
        scope=granted.scope,
        grant_id=secrets.token_hex(8),
        authorized_ms=granted.authorized_ms,
        issued_ms=now_ms,
        expires_ms=now_ms + ACCESS_LIFETIME_MS,
        is_revoked=False,
    )
    with house.database.transaction():
        answer = _issue_access(house, grant, now_ms, grant.expires_ms)
        if app.has_refresh_tokens:
            refresh_ends_ms = now_ms + REFRESH_LIFETIME_MS
            answer["refresh_token"] = _issue(house, "refresh", grant, refresh_ends_ms)
            answer["refresh_token_expires_in"] = REFRESH_LIFETIME_MS // 1000
    return answer


def refresh(house: House, refresh_token: str, grant: Grant) -> dict[str, Any]:
    """The token answer for a refresh: the refresh token and its end stay as they are."""
    now_ms = house.clock.now_ms()
    ends_ms = min(now_ms + ACCESS_LIFETIME_MS, grant.expires_ms)
    answer = _issue_access(house, grant, now_ms, ends_ms)
    answer["refresh_token"] = refresh_token
    answer["refresh_token_expires_in"] = (grant.expires_ms - now_ms) // 1000
    return answer


def find(house: House, kind: str, token: str) -> Grant | None:
    """What a token stands for; expired and revoked ones are found too."""
    row = house.database.one("get_token", digest=digest(token), kind=kind)
    return Grant(**{**dict(row), "is_revoked": bool(row["is_revoked"])}) if row else None


def revoke(house: House, client_id: str, token: str) -> None:
    """End an access token, or with a refresh token everything that came of its consent.

    A token that is unknown, or another application's, changes nothing (RFC 7009, section 2.2).
    """
    refreshing = find(house, "refresh", token)
    if refreshing is not None and refreshing.client_id == client_id:
        house.database.run("revoke_grant", grant_id=refreshing.grant_id)
    house.database.run("revoke_token", digest=digest(token), client_id=client_id)


def _issue_access(house: House, grant: Grant, now_ms: int, ends_ms: int) -> dict[str, Any]:
    return {
        "access_token": _issue(house, "access", grant, ends_ms),
        "expires_in": (ends_ms - now_ms) // 1000,
        # Commas, as live answers have them, where the documentation shows spaces.
        "scope": ",".join(grant.scope.split()),
        "token_type": "Bearer",
    }


def _issue(house: House, kind: str, grant: Grant, ends_ms: int) -> str:
    token = "AQ" + secrets.token_urlsafe(_TOKEN_BYTES)
    house.database.run(
        "add_token",
        digest=digest(token),
        kind=kind,
        client_id=grant.client_id,
        member_id=grant.member_id,
        scope=grant.scope,
        grant_id=grant.grant_id,
        authorized_ms=grant.authorized_ms,
        issued_ms=house.clock.now_ms(),
        expires_ms=ends_ms,
    )
    return token
