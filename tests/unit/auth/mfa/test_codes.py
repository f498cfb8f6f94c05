"""Codes that are sent and codes that are printed."""

import base64
import math
from collections import Counter
from uuid import uuid4

import pytest

from services.auth.mfa import codes
from services.auth.mfa.masks import masked_email, masked_phone
from services.kernel.config import CryptoSettings, Key
from services.kernel.crypto import Keys

DOT = "\u2022"


def make_keys(*key_ids: str) -> Keys:
    made = (
        Key(id=one, key=base64.b64encode(one.encode().ljust(32, b"k")).decode())  # type: ignore[arg-type]
        for one in key_ids
    )
    return Keys(CryptoSettings(hash_keys=tuple(made)))


def test_sent_codes_are_six_digits_of_every_kind() -> None:
    made = [codes.new_sent_code() for _ in range(2_000)]
    assert {len(code) for code in made} == {6}
    assert len(set(made)) > 1_900
    first = Counter(code[0] for code in made)
    assert set(first) == set("0123456789")
    assert max(first.values()) < 2 * min(first.values())


def test_sent_code_is_bound_to_its_challenge() -> None:
    keys, challenge = make_keys("h1"), uuid4()
    stored = codes.hash_sent_code(keys, challenge, "123456").digest
    assert codes.is_sent_code(keys, challenge, "123456", stored)
    assert not codes.is_sent_code(keys, challenge, "123457", stored)
    assert not codes.is_sent_code(keys, uuid4(), "123456", stored)


def test_sent_code_outlives_a_rotation_of_the_hash_key() -> None:
    challenge = uuid4()
    stored = codes.hash_sent_code(make_keys("old"), challenge, "123456").digest
    assert codes.is_sent_code(make_keys("new", "old"), challenge, "123456", stored)
    assert not codes.is_sent_code(make_keys("new"), challenge, "123456", stored)


def test_backup_codes_have_enough_entropy_and_tell_their_position() -> None:
    assert codes.BACKUP_LENGTH * math.log2(len(set(codes.BACKUP_ALPHABET))) >= 64
    printed = codes.new_backup_codes()
    parsed = [codes.parse_backup_code(code) for code in printed]
    assert [one and one[0] for one in parsed] == list(range(1, 11))
    assert len({one and one[1] for one in parsed}) == 10


@pytest.mark.parametrize("place", range(10))
def test_backup_code_may_be_typed_carelessly(place: int) -> None:
    code = codes.new_backup_codes()[place]
    careless = f" {code.upper().replace('0', 'O').replace('1', 'i')} ".replace("-", "\u2013")
    assert codes.parse_backup_code(careless) == codes.parse_backup_code(code)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1",
        "123456",
        "0-aaaaaaa-aaaaaaa",
        "11-aaaaaaa-aaaaaaa",
        "-aaaaaaa-aaaaaaa",
        "x-aaaaaaa-aaaaaaa",
        "1-uuuuuuu-uuuuuuu",
        "\u00b2-aaaaaaa-aaaaaaa",
        "1" * 40,
    ],
)
def test_what_is_no_backup_code(typed: str) -> None:
    assert codes.parse_backup_code(typed) is None


def test_masks_hide_all_but_what_tells_the_owner() -> None:
    assert masked_email("ada@example.com") == f"a{DOT * 3}@example.com"
    assert masked_email("a@example.com") == f"a{DOT * 3}@example.com"
    assert masked_phone("+4915112345689") == f"+{DOT * 11}89"
