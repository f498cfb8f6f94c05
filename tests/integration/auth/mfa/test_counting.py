"""Tries are counted before they are compared: by challenge, and by user over all challenges."""

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2
from grpc import StatusCode
from grpc_status import rpc_status

from services.auth.mfa.factors import Factors
from tests.integration.auth.conftest import refusal
from tests.integration.auth.mfa.conftest import BACKUP, EMAIL, TOTP, Member, wrong
from tests.support.races import race, refusals, winners
from tests.support.replies import error_info

INVALID = "ERROR_REASON_MFA_CODE_INVALID"
ENDED = "ERROR_REASON_MFA_CHALLENGE_ENDED"
LOCKED = "ERROR_REASON_LOGIN_LOCKED"
BUSY = "ERROR_REASON_LOGIN_BUSY"
TRIES = (
    "SELECT sum(attempts), (SELECT failed_attempts FROM auth.user_mfa)"
    " FROM auth.mfa_challenges WHERE purpose = 'login'"
)
FORGET = (
    "WITH challenge AS (UPDATE auth.mfa_challenges SET attempts = 0)"
    " UPDATE auth.user_mfa SET failed_attempts = 0"
)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every code that is compared, by the comparison itself, which goes on as ever."""
    seen: list[str] = []
    check = Factors.check

    async def watched(self: Factors, tried: Any, way: Any, code: str, *also: Any) -> Any:
        seen.append(code)
        return await check(self, tried, way, code, *also)

    monkeypatch.setattr(Factors, "check", watched)
    return seen


async def reason(call: Any) -> str:
    return str(error_info(await refusal(call)).reason)


def retry_after(refused: grpc.aio.AioRpcError) -> timedelta:
    status = rpc_status.from_call(refused)
    assert status is not None
    info = error_details_pb2.RetryInfo()
    [delay] = [info.retry_delay for detail in status.details if detail.Unpack(info)]
    assert isinstance(delay, Duration)
    return delay.ToTimedelta()


async def fail(member: Member, times: int) -> None:
    token = ""
    for number in range(times):
        token = await member.challenge() if number % 5 == 0 else token
        given = wrong(member.app_code())
        assert await reason(member.complete(token, TOTP, given)) == INVALID


async def test_of_fifty_wrong_codes_at_once_five_are_compared(
    member: Member, compared: list[str]
) -> None:
    await member.add_totp()
    compared.clear()
    token = await member.challenge()
    given = wrong(member.app_code())
    outcomes = await race(50, lambda: member.complete(token, TOTP, given))
    assert not winners(outcomes)
    assert refusals(outcomes) == {INVALID: 5, ENDED: 45}
    assert len(compared) == 5
    row = await member.people.room.admin.fetchrow(
        "SELECT attempts, (SELECT failed_attempts FROM auth.user_mfa) AS failed"
        " FROM auth.mfa_challenges WHERE purpose = 'login'"
    )
    assert row is not None
    assert tuple(row) == (5, 5)
    assert await reason(member.complete(token, TOTP, member.app_code())) == ENDED


async def test_over_fifty_challenges_at_once_ten_are_compared(
    member: Member, compared: list[str]
) -> None:
    await member.add_totp()
    tokens = [await member.challenge() for _ in range(25)] * 2
    compared.clear()
    given = wrong(member.app_code())
    calls = (member.complete(token, TOTP, given) for token in tokens)
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert refusals(outcomes) == {INVALID: 10, LOCKED: 40}
    assert len(compared) == 10


async def test_pauses_double_and_a_right_code_ends_them(member: Member) -> None:
    await member.add_totp()
    admin = member.people.room.admin
    await member.sent()
    await fail(member, 10)
    pauses = []
    for _ in range(8):
        token = await member.challenge()
        refused = await refusal(member.complete(token, TOTP, member.app_code()))
        assert refused.code() is StatusCode.RESOURCE_EXHAUSTED
        assert error_info(refused).reason == LOCKED
        pauses.append(round(retry_after(refused) / timedelta(minutes=1)))
        await admin.execute("UPDATE auth.user_mfa SET locked_until = now()")
        assert await reason(member.complete(token, TOTP, wrong(member.app_code()))) == INVALID
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    mails = [m.payload["template"] for m in await member.sent()]
    assert mails.count("mfa_locked") == 1
    await admin.execute("UPDATE auth.user_mfa SET locked_until = now()")
    assert (await member.complete(await member.challenge(), TOTP, member.app_code())).tokens
    row = await admin.fetchrow("SELECT failed_attempts, locked_until FROM auth.user_mfa")
    assert row is not None
    assert tuple(row) == (0, None)


async def test_lock_counts_nothing_and_holds_for_every_way(member: Member) -> None:
    codes = (await member.add_totp()).backup_codes
    await member.add_sending(EMAIL)
    token = await member.challenge()
    await member.resend(token, EMAIL)
    sent = await member.code()
    await fail(member, 10)
    for kind, given in ((TOTP, member.app_code()), (EMAIL, sent), (BACKUP, codes[0])):
        assert await reason(member.complete(token, kind, given)) == LOCKED
    tries = "SELECT min(attempts) FROM auth.mfa_challenges WHERE purpose = 'login'"
    assert await member.people.room.admin.fetchval(tries) == 0
    await member.people.room.admin.execute("UPDATE auth.user_mfa SET locked_until = now()")
    assert (await member.complete(token, EMAIL, sent)).tokens.access_token


async def test_lock_is_the_users_own(member: Member, make_member: Any) -> None:
    await member.add_totp()
    await fail(member, 10)
    other = await make_member()
    await other.add_totp()
    done = await other.complete(await other.challenge(), TOTP, other.app_code())
    assert done.tokens.access_token


async def test_locked_user_is_sent_no_codes(member: Member) -> None:
    await member.add_totp()
    await member.add_sending(EMAIL)
    await fail(member, 10)
    token = await member.challenge()
    await member.sent()
    refused = await refusal(member.resend(token, EMAIL))
    assert error_info(refused).reason == "ERROR_REASON_TOO_MANY_REQUESTS"
    assert not await member.sent()


async def test_refusal_for_want_of_room_costs_no_try(member: Member) -> None:
    """Backup codes take Argon2, which is in short supply; what was not compared is not counted."""
    codes = (await member.add_totp()).backup_codes
    tokens = [await member.challenge() for _ in range(9)]
    busy = 0
    for _ in range(5):
        calls = (member.complete(token, BACKUP, f"1{'z' * 14}") for token in tokens)
        told = refusals(await asyncio.gather(*calls, return_exceptions=True))
        assert set(told) <= {INVALID, BUSY}
        row = await member.people.room.admin.fetchrow(TRIES)
        assert row is not None
        assert tuple(row) == (told[INVALID], told[INVALID])
        await member.people.room.admin.execute(FORGET)
        busy += told[BUSY]
    assert busy
    assert (await member.complete(tokens[0], BACKUP, codes[0])).tokens.access_token
