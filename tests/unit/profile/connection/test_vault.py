"""A token opens in its own row and column, and nowhere else."""

import base64
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.config import CryptoSettings, Key
from services.kernel.crypto import CryptoError, Keys
from services.profile.connection.vault import Vault
from services.profile.linkedin.model import TokenSet


def _key(key_id: str, byte: int) -> Key:
    return Key(id=key_id, key=base64.b64encode(bytes([byte]) * 32).decode())  # type: ignore[arg-type]


OLD, NEW = _key("old", 1), _key("new", 2)


def _vault(*keys: Key) -> Vault:
    return Vault(Keys(CryptoSettings(encryption_keys=keys)))


def _tokens(access: str, refresh: str | None = None) -> TokenSet:
    return TokenSet(access, datetime(2027, 1, 1, tzinfo=UTC), frozenset(), refresh)


@given(st.uuids(), st.text(min_size=1, max_size=1000))
def test_a_token_comes_back_as_it_was_sealed(user_id: UUID, token: str) -> None:
    vault = _vault(OLD)

    sealed = vault.seal(user_id, _tokens(token))

    assert vault.access_token(user_id, sealed) == token


@given(st.uuids(), st.uuids())
def test_a_token_does_not_open_for_another_user(user_id: UUID, other_id: UUID) -> None:
    vault = _vault(OLD)
    sealed = vault.seal(user_id, _tokens("secret"))

    if user_id != other_id:
        with pytest.raises(CryptoError):
            vault.access_token(other_id, sealed)


def test_a_refresh_token_does_not_open_as_an_access_token() -> None:
    vault, user_id = _vault(OLD), uuid4()
    sealed = vault.seal(user_id, _tokens("access", "refresh"))
    assert sealed.refresh_token_ct is not None
    assert sealed.refresh_token_nonce is not None

    moved = replace(
        sealed,
        access_token_ct=sealed.refresh_token_ct,
        access_token_nonce=sealed.refresh_token_nonce,
    )

    with pytest.raises(CryptoError):
        vault.access_token(user_id, moved)


def test_an_earlier_master_key_still_opens_after_a_new_one_took_over() -> None:
    user_id = uuid4()
    sealed = _vault(OLD).seal(user_id, _tokens("secret"))

    assert _vault(NEW, OLD).access_token(user_id, sealed) == "secret"
    assert _vault(NEW, OLD).seal(user_id, _tokens("secret")).key_id == "new"
    with pytest.raises(CryptoError):
        _vault(NEW).access_token(user_id, sealed)


def test_each_sealing_has_a_data_key_of_its_own() -> None:
    vault, user_id = _vault(OLD), uuid4()

    first, second = (vault.seal(user_id, _tokens("secret")) for _ in range(2))

    with pytest.raises(CryptoError):
        vault.access_token(user_id, replace(first, data_key=second.data_key))
