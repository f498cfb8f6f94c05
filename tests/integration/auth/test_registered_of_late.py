"""Signing in with what was registered says the same for a free and for a taken address."""

from itertools import product
from typing import Any

import pytest
from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth.marks.marks import MOST_PER_ADDRESS, Marks
from services.auth.throttling.sweep import sweep
from tests.integration.auth.conftest import PASSWORD, People, refusal
from tests.support.replies import bad_request, error_info

OTHER = "another passphrase altogether"
OWNERS = "the passphrase of the owner"


def reason(refused: Any) -> str:
    return str(error_info(refused).reason).removeprefix("ERROR_REASON_")


async def answer(people: People, email: str, password: str) -> str:
    return reason(await refusal(people.login(email, password)))


async def failures(people: People) -> Any:
    """What is counted for the one address that somebody failed to sign in to."""
    return await people.room.admin.fetchval(
        "SELECT failures FROM auth.login_throttles WHERE kind = 'account'"
    )


@pytest.fixture(params=["free", "taken", "suspended"])
async def email(request: Any, people: People) -> str:
    """An address that a stranger will register, who must not find out which of them it is."""
    address = people.new_email()
    if request.param != "free":
        await people.register(address, password=OWNERS)
        await people.stub.VerifyEmail(pb.VerifyEmailRequest(token=await people.mailed_token()))
        await people.login(address, OWNERS)
    if request.param == "suspended":
        await people.room.admin.execute("UPDATE auth.users SET is_active = false")
    return address


async def test_each_password_registered_is_unproved_and_each_other_wrong(
    people: People, email: str
) -> None:
    passwords = [PASSWORD, OTHER]
    for password in passwords:
        await people.register(email, password=password)
    answers = [await answer(people, email.upper(), password) for password in passwords]
    assert answers == ["EMAIL_NOT_VERIFIED"] * 2
    assert await answer(people, email, "never registered") == "CREDENTIALS_INVALID"


async def test_it_says_so_for_a_week(people: People, email: str) -> None:
    await people.register(email)
    age = "UPDATE auth.registration_marks SET created_at = now() - $1::text::interval"
    await people.room.admin.execute(age, "6 days 23 hours")
    assert await answer(people, email, PASSWORD) == "EMAIL_NOT_VERIFIED"
    await people.room.admin.execute(age, "7 days")
    assert await answer(people, email, PASSWORD) == "CREDENTIALS_INVALID"


async def test_an_address_given_up_and_registered_again_says_the_same(
    people: People, email: str
) -> None:
    await people.register(email)
    await people.room.admin.execute(
        "UPDATE auth.users SET created_at = now() - interval '25 h' WHERE NOT is_verified"
    )
    await people.room.admin.execute("UPDATE auth.one_time_tokens SET expires_at = now()")
    await people.register(email, password=OTHER)
    answers = [await answer(people, email, password) for password in (PASSWORD, OTHER)]
    assert answers == ["EMAIL_NOT_VERIFIED"] * 2


async def test_only_so_many_are_kept_of_one_address(people: People, email: str) -> None:
    for n in range(MOST_PER_ADDRESS + 1):
        await people.register(email, password=f"{OTHER} {n}")
    asked = (0, MOST_PER_ADDRESS - 1, MOST_PER_ADDRESS)
    given = people.room.given
    marks = Marks(given.db, given.keys)
    kept = [await marks.tried(email, f"{OTHER} {n}") for n in asked]
    assert kept == [True, True, None]


async def test_what_was_registered_counts_as_one_failure_however_often_it_is_tried(
    people: People, email: str
) -> None:
    for _ in range(2):  # registering again makes no new mark of it
        await people.register(email)
        for _ in range(6):
            assert await answer(people, email, PASSWORD) == "EMAIL_NOT_VERIFIED"
    assert await failures(people) == 1


async def test_guesses_that_were_registered_first_are_counted_like_any_others(
    people: People, email: str
) -> None:
    """Otherwise every address would have twenty free guesses a week, and a network any number."""
    guesses = [f"{OTHER} {n}" for n in range(6)]
    for guess in guesses:
        await people.register(email, password=guess)
    answers = [await answer(people, email, guess) for guess in guesses]
    assert answers == ["EMAIL_NOT_VERIFIED"] * 5 + ["LOGIN_LOCKED"]
    shown = await people.room.admin.fetchval("SELECT max(failed_logins) FROM auth.users")
    assert shown == 5


async def test_nor_does_it_forgive_failures(people: People, email: str) -> None:
    """Otherwise a stranger's own registration would reset the count of guesses."""
    await people.register(email)
    answers = []
    for guess, _ in product(range(3), range(2)):
        answers.append(await answer(people, email, f"guess number {guess}"))
        await people.room.admin.execute("UPDATE auth.login_throttles SET blocked_until = NULL")
        assert await answer(people, email, PASSWORD) == "EMAIL_NOT_VERIFIED"
    assert answers == ["CREDENTIALS_INVALID"] * 6
    assert await failures(people) == 6 + 1  # the registered password, once


async def test_the_owner_signs_in_whatever_was_registered(people: People) -> None:
    email = people.new_email()
    await people.verified(email)
    await people.register(email, password=OTHER)
    assert (await people.login(email)).access_token


async def test_once_used_a_former_password_is_simply_wrong(people: People) -> None:
    email = people.new_email()
    await people.verified(email)
    await people.login(email)
    await people.room.admin.execute("UPDATE auth.users SET password_hash = $1", await _hash(people))
    assert await answer(people, email, PASSWORD) == "CREDENTIALS_INVALID"


async def _hash(people: People) -> str:
    from services.auth.passwords import Passwords  # noqa: PLC0415

    passwords = Passwords(people.room.given.settings.auth)
    hashed = await passwords.hash(OWNERS)
    await passwords.close()
    return hashed


async def test_marks_hold_too_little_to_find_a_password_by(people: People, email: str) -> None:
    await people.register(email)
    row = await people.room.admin.fetchrow(
        "SELECT octet_length(password_mark) AS bytes, registration_marks::text AS everything"
        "  FROM auth.registration_marks ORDER BY created_at DESC LIMIT 1"
    )
    assert row is not None
    assert row["bytes"] == 2
    assert email not in row["everything"]


async def test_old_marks_are_swept(people: People) -> None:
    await people.register()
    given = people.room.given
    count = "SELECT count(*) FROM auth.registration_marks"
    await sweep(given.db, given.settings.auth).run(None)
    assert await people.room.admin.fetchval(count) == 1
    await people.room.admin.execute(
        "UPDATE auth.registration_marks SET created_at = now() - interval '8 days'"
    )
    await sweep(given.db, given.settings.auth).run(None)
    assert await people.room.admin.fetchval(count) == 0


@pytest.mark.parametrize("field", ["first_name", "last_name"])
@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u202e", "\u2066", "\x85", "\u200f"])
async def test_names_that_steer_text_are_refused(people: People, field: str, mark: str) -> None:
    refused = await refusal(people.register(**{field: f"Ada{mark}Byron"}))
    assert set(bad_request(refused)) == {field}
