"""What members have agreed to, for each application; and taking it back."""

from typing import Any

from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.model import App


def record(house: House, app: App, member_id: str, scope: str) -> None:
    """Note what a member agreed to; other scopes than last time end the tokens made before."""
    key = {"client_id": app.client_id, "member_id": member_id}
    with house.database.transaction():
        before = house.database.one("get_consent", **key)
        if before and set(before["scope"].split()) != set(scope.split()):
            house.database.run("revoke_tokens", **key)
        house.database.run("put_consent", **key, scope=scope, agreed_ms=house.clock.now_ms())


def is_given(house: House, app: App, member_id: str, scope: str) -> bool:
    """Whether a member need not be asked: has agreed to just these scopes, and a token lives.

    Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
    """
    key = {"client_id": app.client_id, "member_id": member_id}
    row = house.database.one("get_consent", **key)
    if row is None or set(row["scope"].split()) != set(scope.split()):
        return False
    now_ms = house.clock.now_ms()
    return house.database.one("find_live_token", **key, now_ms=now_ms) is not None


def withdraw(house: House, member_id: str, client_id: str) -> bool:
    """Take a consent back, as a member does in the settings: every token of it is revoked.

    False when there was none.
    """
    key = {"client_id": client_id, "member_id": member_id}
    with house.database.transaction():
        was_given = house.database.one("drop_consent", **key) is not None
        house.database.run("revoke_tokens", **key)
    return was_given


def list_all(house: House) -> list[dict[str, Any]]:
    """Every consent, oldest first.

    Each is `client_id`, `member_id`, `scope`, `agreed_ms` and `live_tokens`, which counts the
    access and refresh tokens of it that are good.
    """
    rows = house.database.all("list_consents", now_ms=house.clock.now_ms())
    return [dict(row) for row in rows]
