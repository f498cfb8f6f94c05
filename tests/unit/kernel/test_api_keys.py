"""What looks like an API key, and what does not."""

import string

import pytest

from services.kernel.api_keys import complete, in_base62, is_well_formed

BODY = "0123456789" * 4 + "abcdefgh"
KEY = complete(BODY)


def test_a_key_has_its_form() -> None:
    assert len(KEY) == 58
    assert KEY.startswith(f"igz_{BODY}")
    assert is_well_formed(KEY)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "igz_",
        KEY[:-1],
        f"{KEY}0",
        f"{KEY} ",
        KEY.upper(),
        f"IGZ_{KEY[4:]}",
        complete(BODY[:-1]),
        complete(f"{BODY}0"),
        complete(BODY[:-1] + "-"),
        complete(BODY[:-1] + "é"),
    ],
)
def test_what_is_longer_shorter_or_of_other_letters_is_none(other: str) -> None:
    assert not is_well_formed(other)


def test_every_single_mistyped_letter_is_noticed() -> None:
    for place in range(len(KEY)):
        for letter in string.ascii_letters + string.digits:
            typed = KEY[:place] + letter + KEY[place + 1 :]
            assert is_well_formed(typed) == (typed == KEY)


def test_base_62_keeps_the_last_digits() -> None:
    assert [in_base62(number, 2) for number in (0, 9, 10, 61, 62, 62**2)] == [
        "00", "09", "0A", "0z", "10", "00",
    ]  # fmt: skip
