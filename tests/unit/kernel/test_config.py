import json

import pytest
from pydantic import ValidationError

from services.kernel.config import Settings


def test_variables_are_named_by_group_and_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d")
    monkeypatch.setenv("DATABASE_PASSWORDS", json.dumps({"auth": "word"}))
    monkeypatch.setenv("LINKEDIN_SCOPES", "openid w_member_social")
    monkeypatch.setenv("REGISTRATION", "invitation")
    monkeypatch.setenv("CRYPTO_HASH_KEYS", json.dumps([{"id": "a", "key": "b"}]))
    settings = Settings()
    assert settings.database.url is not None
    assert settings.database.url.get_secret_value() == "postgresql://u:p@h/d"
    assert settings.database.passwords["auth"].get_secret_value() == "word"
    assert settings.linkedin.scopes == ("openid", "w_member_social")
    assert settings.registration == "invitation"
    assert settings.crypto.hash_keys[0].id == "a"


def test_secrets_are_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:canary@h/d")
    monkeypatch.setenv("LINKEDIN_CLIENT_SECRET", "canary")
    assert "canary" not in repr(Settings())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRATION", "maybe"),
        ("SERVER_PORT", "70000"),
        ("AUTH_ARGON2_MEMORY_KIB", "1024"),
        ("LINKEDIN_VERSION", "2026-09"),
        ("DATABASE_PASSWORDS", "{"),
    ],
)
def test_wrong_value_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises((ValidationError, ValueError), match=name.split("_", 1)[0].lower()):
        Settings()
