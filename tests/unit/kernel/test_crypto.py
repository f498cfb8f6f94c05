import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.config import CryptoSettings, Key
from services.kernel.crypto import (
    CryptoError,
    Keys,
    Sealed,
    context,
    decrypt_with,
    encrypt_with,
    new_data_key,
    new_token,
)


def _key(key_id: str) -> Key:
    return Key(id=key_id, key=base64.b64encode(os.urandom(32)).decode())  # type: ignore[arg-type]


OLD, NEW = _key("old"), _key("new")
BEFORE = Keys(CryptoSettings(encryption_keys=(OLD,), hash_keys=(OLD,)))
DURING = Keys(CryptoSettings(encryption_keys=(NEW, OLD), hash_keys=(NEW, OLD)))
AFTER = Keys(CryptoSettings(encryption_keys=(NEW,), hash_keys=(NEW,)))


@given(st.binary(max_size=2000), st.text(max_size=50))
def test_sealed_value_opens_only_where_it_was_sealed(value: bytes, owner: str) -> None:
    sealed = BEFORE.seal(value, context("t.c", owner))
    assert BEFORE.open(sealed, context("t.c", owner)) == value
    for elsewhere in (context("t.d", owner), context("t.c", owner + "x")):
        with pytest.raises(CryptoError):
            BEFORE.open(sealed, elsewhere)


@given(st.integers(min_value=0, max_value=47), st.integers(min_value=1, max_value=255))
def test_altered_ciphertext_does_not_open(position: int, flip: int) -> None:
    sealed = BEFORE.seal(b"x" * 32, b"here")
    broken = bytearray(sealed.ciphertext)
    broken[position] ^= flip
    with pytest.raises(CryptoError):
        BEFORE.open(Sealed(bytes(broken), sealed.nonce, sealed.key_id), b"here")


def test_rotation_opens_old_values_until_the_old_key_is_removed() -> None:
    sealed = BEFORE.seal(b"secret", b"here")
    assert DURING.open(sealed, b"here") == b"secret"
    assert DURING.seal(b"secret", b"here").key_id == "new"
    with pytest.raises(CryptoError):
        AFTER.open(sealed, b"here")


def test_token_hashes_are_found_during_a_rotation() -> None:
    token = new_token()
    stored = BEFORE.hash_token(token)
    assert stored.digest in DURING.token_hashes(token)
    assert stored.digest not in AFTER.token_hashes(token)
    assert token.encode() not in stored.digest


def test_data_key_is_wrapped_and_unwrapped() -> None:
    data_key = new_data_key()
    ciphertext, nonce = encrypt_with(data_key, b"token", b"row")
    wrapped, key_id = BEFORE.wrap_data_key(data_key, b"row")
    assert decrypt_with(DURING.unwrap_data_key(wrapped, key_id, b"row"), ciphertext, nonce, b"row")
    with pytest.raises(CryptoError):
        decrypt_with(data_key, ciphertext, nonce, b"another row")


@pytest.mark.parametrize("word", ["c2hvcnQ=", "not base64!", ""])
def test_unusable_key_is_refused_by_name(word: str) -> None:
    with pytest.raises(ValueError, match=r"bytes|base64|padding|alphabet"):
        Keys(CryptoSettings(encryption_keys=(Key(id="bad", key=word),)))  # type: ignore[arg-type]


def test_missing_key_names_the_setting() -> None:
    with pytest.raises(CryptoError, match="CRYPTO_ENCRYPTION_KEYS"):
        Keys(CryptoSettings()).seal(b"x", b"y")
