"""Which passwords are acceptable, and how they are hashed."""

import asyncio
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.auth.errors import LoginBusy, PasswordUnacceptable
from services.auth.passwords import QUEUE_FACTOR, Passwords, check_acceptable, common_passwords
from services.kernel.config import AuthSettings

EMAIL = "ada.byron@example.com"


def rule_of(password: str, email: str = EMAIL) -> str | None:
    try:
        check_acceptable(password, email)
    except PasswordUnacceptable as refused:
        return refused.metadata["rule"]
    return None


def test_list_holds_only_passwords_that_could_be_chosen() -> None:
    words = common_passwords()
    assert len(words) > 10_000
    assert all(len(word) >= 8 and word == word.casefold() for word in words)
    assert "password" in words
    assert not any("copyright" in word or "warranty" in word for word in words)


@pytest.mark.parametrize(
    "password", ["password", "PassWord", "QWERTYUIOP", "ｐａｓｓｗｏｒｄ", "12345678"]
)
def test_common_password_is_refused_in_any_case_and_width(password: str) -> None:
    assert rule_of(password) == "common"


@pytest.mark.parametrize(
    "password",
    [EMAIL, "Ada.Byron", "ada.byron1", "!!ada.byron!!", "InErgize2026", "linkedin!"],
)
def test_own_names_with_decoration_are_refused(password: str) -> None:
    assert rule_of(password) == "personal"


@given(st.text(min_size=20, max_size=128).filter(lambda text: len(text.strip()) > 15))
@settings(max_examples=200, deadline=None)
def test_long_passwords_of_any_characters_are_accepted(password: str) -> None:
    normal = unicodedata.normalize("NFKC", password)
    if len(normal) >= 8 and normal.casefold() not in common_passwords():
        assert rule_of(password, "x@example.com") is None


def test_length_is_counted_after_normalising() -> None:
    assert rule_of("e\u0301" * 7) == "length"
    assert rule_of("e\u0301" * 8) is None


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(AuthSettings(argon2_parallel=1))


async def test_hash_is_argon2id_with_the_stated_parameters(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")
    assert hashed.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert await passwords.verify("correct horse", hashed)
    assert not await passwords.verify("correct horse ", hashed)
    assert not passwords.is_outdated(hashed)
    await passwords.close()


async def test_characters_composed_otherwise_are_the_same_password(passwords: Passwords) -> None:
    hashed = await passwords.hash("fianc\u00e9e \ufb01ne")
    assert await passwords.verify("fiance\u0301e fine", hashed)
    await passwords.close()


async def test_nothing_is_cut_off(passwords: Passwords) -> None:
    hashed = await passwords.hash("x" * 127 + "a")
    assert not await passwords.verify("x" * 127 + "b", hashed)
    await passwords.close()


async def test_nothing_is_cut_off_of_long_characters_either(passwords: Passwords) -> None:
    longest = "🐎" * 127
    hashed = await passwords.hash(longest + "🔋")
    assert await passwords.verify(longest + "🔋", hashed)
    assert not await passwords.verify(longest + "🐎", hashed)
    assert not await passwords.verify(longest, hashed)
    await passwords.close()


async def test_without_an_account_every_password_is_wrong(passwords: Passwords) -> None:
    await passwords.prepare()
    assert not await passwords.verify("", None)
    assert not await passwords.verify(passwords._dummy, None)
    await passwords.close()


async def test_beyond_capacity_is_busy_and_capacity_comes_back(passwords: Passwords) -> None:
    calls = [passwords.hash(f"password number {n}") for n in range(QUEUE_FACTOR + 3)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    busy = [answer for answer in answers if isinstance(answer, LoginBusy)]
    assert len(busy) == 3
    assert all(error.retry_after is not None for error in busy)
    assert await passwords.hash("password number next")
    await passwords.close()


async def test_cancelled_waiting_check_gives_its_place_back(passwords: Passwords) -> None:
    running = asyncio.ensure_future(passwords.hash("the one that runs"))
    waiting = [asyncio.ensure_future(passwords.hash(f"waits {n}")) for n in range(QUEUE_FACTOR - 1)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert len(passwords._pending) <= 1
    assert await running
    await passwords.close()
