"""Refresh tokens and invitations: what is genuine, and that nothing else is."""

import base64
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.errors import RefreshTokenInvalid
from services.auth.tokens import (
    RefreshToken,
    invitation,
    is_genuine,
    is_invited,
    new_seed,
    parse_refresh_token,
    refresh_token,
)
from services.kernel.config import CryptoSettings, Key
from services.kernel.crypto import Keys

generations = st.integers(min_value=0, max_value=2**31 - 1)
seeds = st.binary(min_size=32, max_size=32)


def keys(byte: int = 1) -> Keys:
    key = base64.b64encode(bytes([byte]) * 32).decode()
    return Keys(CryptoSettings(hash_keys=(Key(id="h", key=key),)))  # type: ignore[arg-type]


@given(st.uuids(), generations, seeds)
def test_refresh_token_is_read_back_and_genuine(
    session_id: UUID, generation: int, seed: bytes
) -> None:
    token = refresh_token(session_id, generation, seed)
    parsed = parse_refresh_token(token)
    assert parsed == RefreshToken(session_id, generation)
    assert is_genuine(token, parsed, seed)
    assert 20 <= len(token) <= 200


@given(generations, generations, seeds, seeds)
def test_refresh_token_of_another_generation_or_seed_is_not_genuine(
    generation: int, other: int, seed: bytes, other_seed: bytes
) -> None:
    session_id = UUID(int=7)
    token = refresh_token(session_id, generation, seed)
    mac = token.rpartition(".")[2]
    moved = f"{session_id}.{other}.{mac}"
    assert is_genuine(moved, RefreshToken(session_id, other), seed) == (other == generation)
    parsed = RefreshToken(session_id, generation)
    assert is_genuine(token, parsed, other_seed) == (seed == other_seed)


@given(st.data())
def test_altered_character_is_not_genuine(data: st.DataObject) -> None:
    seed, session_id = bytes(32), UUID(int=7)
    token = refresh_token(session_id, 3, seed)
    # Another session id leads to another row, and so to another seed.
    place = data.draw(st.integers(min_value=36, max_value=len(token) - 1))
    letter = data.draw(st.characters().filter(lambda c: c != token[place]))
    altered = token[:place] + letter + token[place + 1 :]
    try:
        parsed = parse_refresh_token(altered)
    except RefreshTokenInvalid:
        return
    assert not is_genuine(altered, parsed, seed)


@given(st.text(max_size=200))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parsed = parse_refresh_token(text)
    except RefreshTokenInvalid:
        return
    assert not is_genuine(text, parsed, new_seed())


@given(st.emails())
def test_invitation_is_good_for_its_address_in_any_case(email: str) -> None:
    given_ = invitation(keys(), email)
    assert len(given_) <= 200
    assert is_invited(keys(), email.swapcase(), given_)
    assert is_invited(keys(), email, given_)
    assert not is_invited(keys(), "x" + email, given_)
    assert not is_invited(keys(2), email, given_)


@pytest.mark.parametrize(
    "text", ["", ".", "1", "1.", ".x", "x.y", "1.y.z", "-1.x", "१.x", "9" * 99]
)
def test_text_that_is_no_invitation_invites_nobody(text: str) -> None:
    assert not is_invited(keys(), "ada@example.com", text)


def test_invitation_ends() -> None:
    over = invitation(keys(), "ada@example.com", timedelta(seconds=-1))
    assert not is_invited(keys(), "ada@example.com", over)


def test_end_of_an_invitation_cannot_be_moved() -> None:
    ends_at, _, mac = invitation(keys(), "ada@example.com").partition(".")
    assert not is_invited(keys(), "ada@example.com", f"{int(ends_at) + 1}.{mac}")


def test_invitation_outlives_the_rotation_of_keys_until_the_old_one_is_removed() -> None:
    given_out = invitation(keys(1), "ada@example.com")
    old, new = (Key(id=str(n), key=base64.b64encode(bytes([n]) * 32).decode()) for n in (1, 2))  # type: ignore[arg-type]
    assert is_invited(Keys(CryptoSettings(hash_keys=(new, old))), "ada@example.com", given_out)
    assert not is_invited(Keys(CryptoSettings(hash_keys=(new,))), "ada@example.com", given_out)
