import base64
import json

import pytest
from pydantic import ValidationError

from services.kernel.config import Settings
from stack.cli_shared import read_settings
from stack.errors import StackError

SOUND_KEY = base64.b64encode(bytes(32)).decode()


def test_variables_are_named_by_group_and_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d")
    monkeypatch.setenv("DATABASE_PASSWORDS", json.dumps({"auth": "word"}))
    monkeypatch.setenv("LINKEDIN_SCOPES", "openid w_member_social")
    monkeypatch.setenv("REGISTRATION", "invitation")
    monkeypatch.setenv("CRYPTO_HASH_KEYS", json.dumps([{"id": "a", "key": SOUND_KEY}]))
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


@pytest.mark.parametrize(
    "keys",
    [
        [("k", "c2VjcmV0IHRleHQ=")],
        [("k", "secret*text")],
        [("k", "")],
        [("k", SOUND_KEY), ("k", SOUND_KEY)],
        [("first", SOUND_KEY), ("k", SOUND_KEY[:-4])],
    ],
)
@pytest.mark.parametrize(
    "name", ["CRYPTO_ENCRYPTION_KEYS", "CRYPTO_HASH_KEYS", "CRYPTO_AUDIT_KEYS"]
)
def test_a_bad_key_is_refused_by_the_variables_name_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, name: str, keys: list[tuple[str, str]]
) -> None:
    monkeypatch.setenv(name, json.dumps([{"id": key_id, "key": key} for key_id, key in keys]))
    with pytest.raises(StackError, match=f"^{name}: ") as refused:
        read_settings()
    assert not any(key in str(refused.value) for _, key in keys if key)


@pytest.mark.parametrize("name", ["MAIL", "LOG", "DATABASE", "AUTH"])
def test_a_variable_named_like_a_group_is_somebody_elses(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "/var/mail/ada")
    monkeypatch.setenv("MAIL_SENDER", "me@example.com")

    assert Settings().mail.sender == "me@example.com"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INERGIZE_DATA_DIR", "SERVER_PORT", "DATABASE_PASSWORDS", "REGISTRATION"):
        monkeypatch.setenv(name, "")

    settings = Settings()

    assert str(settings.inergize.data_dir) == ".inergize"
    assert settings.server.port == 9000
    assert settings.database.passwords == {}
    assert settings.registration == "open"


def test_what_is_no_json_is_refused_by_its_full_name_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORDS", '{"auth": "canary"')

    with pytest.raises(ValidationError) as refused:
        Settings()

    assert refused.value.errors()[0]["loc"] == ("database", "passwords")
    assert "canary" not in str(refused.value)
