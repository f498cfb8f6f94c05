"""One account's failures: free, then delayed, then locked; the same for an address without one."""

from typing import Any
from uuid import UUID

import grpc
import pytest
from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth.throttling.sweep import sweep
from services.auth.throttling.throttle import Throttle
from tests.integration.auth.conftest import People, refusal
from tests.integration.auth.throttling.conftest import SOMEWHERE, WRONG, Visitors, token_of
from tests.support.races import race, refusals
from tests.support.replies import error_info, retry_seconds


@pytest.fixture(params=["known", "unknown"])
async def email(request: Any, people: People) -> str:
    address = people.new_email()
    if request.param == "known":
        await people.verified(address)
    return address


async def locked_for(visitors: Visitors, email: str) -> float:
    """Seconds that the refusal asks to wait for."""
    metadata = [("x-inergize-client-address", SOMEWHERE)]
    request = pb.LoginRequest(email=email, password=WRONG)
    refused = await refusal(visitors.people.stub.Login(request, metadata=metadata))
    assert refused.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert error_info(refused).reason == "ERROR_REASON_LOGIN_LOCKED"
    return retry_seconds(refused)


async def test_failures_are_free_then_delayed_then_locked(visitors: Visitors, email: str) -> None:
    waits = []
    for failures in range(1, 13):
        await visitors.fail(email, 1)
        waits.append(await locked_for(visitors, email) if failures >= 5 else 0.0)
    expected = [0, 0, 0, 0, 1, 2, 4, 8, 16, 900, 1800, 3600]
    assert waits == pytest.approx(expected, abs=1)


async def test_a_locked_account_refuses_the_right_password(
    visitors: Visitors, people: People
) -> None:
    email = people.new_email()
    await people.verified(email)
    await visitors.fail(email, 10)
    assert await visitors.login(email) == "LOGIN_LOCKED"
    await visitors.wait_out()
    assert token_of(await visitors.login(email))


@pytest.mark.parametrize("other_i", ["\u0130", "\u0131"])
async def test_no_spelling_of_an_address_is_counted_apart(
    visitors: Visitors, people: People, other_i: str
) -> None:
    """PostgreSQL makes a plain i of a dotted capital one, Python two characters."""
    email = f"vivian{people.new_email()}"
    await people.verified(email)
    device = token_of(await visitors.login(email))
    await visitors.fail(email, 10)
    spelt = email.replace("i", other_i)
    assert await visitors.login(spelt) == "CREDENTIALS_INVALID"
    assert await visitors.login(spelt, device_token=device) == "CREDENTIALS_INVALID"
    assert token_of(await visitors.login(email.upper(), device_token=device))


async def test_a_refused_try_is_counted_for_nobody(visitors: Visitors, email: str) -> None:
    await visitors.fail(email, 10)
    before = [await visitors.count(kind) for kind in ("account", "address", "network")]
    for _ in range(5):
        assert await visitors.login(email, WRONG, address=SOMEWHERE) == "LOGIN_LOCKED"
    after = [await visitors.count(kind) for kind in ("account", "address", "network")]
    assert [row["failures"] for row in after] == [row["failures"] for row in before]


async def test_parallel_guesses_are_counted_before_they_are_compared(
    visitors: Visitors, email: str
) -> None:
    answers = await race(50, lambda: _wrong(visitors.people, email))
    compared = refusals(answers)["ERROR_REASON_CREDENTIALS_INVALID"]
    assert 1 <= compared <= 5
    others = {"ERROR_REASON_LOGIN_LOCKED", "ERROR_REASON_LOGIN_BUSY"}
    assert set(refusals(answers)) <= {"ERROR_REASON_CREDENTIALS_INVALID", *others}


async def _wrong(people: People, email: str) -> Any:
    return await people.stub.Login(pb.LoginRequest(email=email, password=WRONG))


async def test_a_right_password_forgets_the_wrong_ones(visitors: Visitors, people: People) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    await visitors.fail(email, 4)
    assert token_of(await visitors.login(email))
    assert await visitors.count("account") is None
    await visitors.fail(email, 4)
    assert await visitors.login(email, WRONG) == "CREDENTIALS_INVALID"
    assert await _shown(visitors, user_id) == (5, False)


async def test_a_quiet_day_forgets_failures(visitors: Visitors, email: str) -> None:
    await visitors.fail(email, 9)
    await visitors.pass_time("1 day 20 seconds")
    await visitors.fail(email, 1)
    assert (await visitors.count("account"))["failures"] == 1


async def test_administrators_are_shown_failures_and_locks(
    visitors: Visitors, people: People
) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    await visitors.fail(email, 9)
    assert await _shown(visitors, user_id) == (9, False)
    await visitors.fail(email, 1)
    assert await _shown(visitors, user_id) == (10, True)
    await visitors.wait_out()
    token_of(await visitors.login(email))
    assert await _shown(visitors, user_id) == (0, False)


async def test_a_lock_can_be_lifted(visitors: Visitors, people: People) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    await visitors.fail(email, 10)
    given = people.room.given
    throttle = Throttle(given.db, given.keys, given.settings.auth)
    async with given.db.transaction() as tx:
        await throttle.clear(tx, email.upper())
    assert await _shown(visitors, user_id) == (0, False)
    assert token_of(await visitors.login(email))


async def _shown(visitors: Visitors, user_id: UUID) -> tuple[int, bool]:
    row = await visitors.admin.fetchrow(
        "SELECT failed_logins, locked_until IS NOT NULL FROM auth.users WHERE id = $1", user_id
    )
    assert row is not None
    return row[0], row[1]


async def test_the_owner_is_told_of_locks_once_an_hour(visitors: Visitors, people: People) -> None:
    email = people.new_email()
    await people.verified(email)
    await visitors.fail(email, 9)
    assert await people.messages() == []
    await visitors.fail(email, 3)
    (mail,) = await people.messages()
    assert (mail.payload["template"], mail.payload["to"]) == ("account_locked", email)
    assert mail.secret == ""
    await visitors.pass_time("61 minutes")
    await visitors.fail(email, 1)
    assert len(await people.messages()) == 1


async def test_a_lock_of_nobodys_address_mails_nobody(visitors: Visitors, people: People) -> None:
    await visitors.fail("nobody@example.com", 12)
    assert await people.messages() == []


async def test_a_lock_is_a_security_event(visitors: Visitors, people: People) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    await visitors.fail(email, 11)
    events = await visitors.admin.fetch(
        "SELECT new_data FROM auth.audit_log WHERE table_name = 'security' AND user_id = $1"
        " AND new_data ->> 'event' = 'account_locked' ORDER BY id",
        user_id,
    )
    assert len(events) == 2


async def test_rows_name_no_address(visitors: Visitors) -> None:
    await visitors.fail("nobody@example.com", 1)
    rows = await visitors.admin.fetch("SELECT t::text FROM auth.login_throttles AS t")
    assert len(rows) == 3
    assert not any("nobody" in row["t"] or "192.0.2" in row["t"] for row in rows)


async def test_a_busy_refusal_is_not_counted(visitors: Visitors, people: People) -> None:
    emails = [f"nobody{n}@example.com" for n in range(60)]
    answers = await race(60, lambda: _wrong(people, emails.pop()))
    compared = refusals(answers)["ERROR_REASON_CREDENTIALS_INVALID"]
    assert refusals(answers)["ERROR_REASON_LOGIN_BUSY"] == 60 - compared
    counted = await visitors.admin.fetchval(
        "SELECT count(*) FROM auth.login_throttles WHERE failures > 0"
    )
    assert counted == compared


async def test_what_was_counted_long_ago_is_swept(visitors: Visitors, people: People) -> None:
    given = people.room.given
    job = sweep(given.db, given.settings.auth)
    await visitors.fail("nobody@example.com", 1)
    assert await job.run(None) is None
    assert await visitors.count("account") is not None
    await visitors.pass_time("25 hours")
    assert await job.run(None) is None
    assert await visitors.count("account") is None


async def test_what_is_still_locked_is_not_swept(visitors: Visitors, people: People) -> None:
    given = people.room.given
    await visitors.fail("nobody@example.com", 17)
    await visitors.pass_time("25 hours")
    assert await sweep(given.db, given.settings.auth).run(None) is None
    assert await visitors.count("account") is not None
