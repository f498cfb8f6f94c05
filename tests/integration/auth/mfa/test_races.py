"""Fifty calls at once with one secret: one of them wins, every time.

`RACE_ROUNDS=1000` makes a thousand rounds of each.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from inergize.auth.v1 import auth_mfa_pb2 as mfa

from tests.integration.auth.mfa.conftest import BACKUP, EMAIL, NUMBER, SMS, TOTP, Member
from tests.support.races import ROUNDS, race, refusals, winners

AT_ONCE = 50
INVALID = "ERROR_REASON_MFA_CODE_INVALID"
LOCKED = "ERROR_REASON_LOGIN_LOCKED"
BUSY = "ERROR_REASON_LOGIN_BUSY"
ENDED = "ERROR_REASON_MFA_CHALLENGE_ENDED"
NEW_CHALLENGE = """
UPDATE auth.mfa_challenges
   SET consumed_at = NULL, attempts = 0, expires_at = now() + interval '5 min'
 WHERE id = (SELECT id FROM auth.mfa_challenges WHERE purpose = 'login' ORDER BY id DESC LIMIT 1)
"""
FORGET_STEPS = "UPDATE auth.user_mfa SET last_totp_step = NULL"
FORGET_SENDS = "DELETE FROM auth.mfa_challenges WHERE sends > 0"
T = TypeVar("T")


async def one_winner(call: Callable[[], Awaitable[T]], *others: str) -> T:
    outcomes = await race(AT_ONCE, call)
    won = winners(outcomes)
    assert len(won) == 1, refusals(outcomes)
    assert set(refusals(outcomes)) <= {ENDED, *others}
    return won[0]


def spread(member: Member, tokens: list[str], kind: int, code: str) -> Callable[[], Awaitable[Any]]:
    """One code for many challenges: each call takes the next."""
    left = iter(tokens)
    return lambda: member.complete(next(left), kind, code)


async def sessions(member: Member) -> int:
    query = "SELECT count(*) FROM auth.user_sessions WHERE user_id = $1"
    count: int = await member.people.room.admin.fetchval(query, member.user_id)
    return count


async def test_challenge_answered_by_an_app(member: Member) -> None:
    await member.add_totp()
    token = await member.challenge()
    before = await sessions(member)
    for _ in range(ROUNDS):
        await member.people.room.admin.execute(NEW_CHALLENGE)
        await member.people.room.admin.execute(FORGET_STEPS)
        code = member.app_code()
        await one_winner(partial(member.complete, token, TOTP, code))
    assert await sessions(member) == before + ROUNDS


async def test_one_code_of_an_app_over_many_challenges(member: Member) -> None:
    """The challenges differ, so it is the time step that lets one in."""
    await member.add_totp()
    tokens = [await member.challenge() for _ in range(10)]
    admin = member.people.room.admin
    for _ in range(ROUNDS):
        await admin.execute(FORGET_STEPS)
        await admin.execute(
            "UPDATE auth.mfa_challenges SET consumed_at = NULL, attempts = 0,"
            " expires_at = now() + interval '5 min' WHERE purpose = 'login'"
        )
        await admin.execute("UPDATE auth.user_mfa SET failed_attempts = 0, locked_until = NULL")
        outcomes = await race(9, spread(member, tokens, TOTP, member.app_code()))
        assert len(winners(outcomes)) == 1
        assert refusals(outcomes) == {INVALID: 8}


async def _sent(member: Member, kind: int) -> None:
    for _ in range(ROUNDS):
        await member.people.room.admin.execute(FORGET_SENDS)
        token = await member.challenge()
        code = await member.code()
        await one_winner(partial(member.complete, token, kind, code))


async def test_code_by_mail(member: Member) -> None:
    await member.add_sending(EMAIL)
    await _sent(member, EMAIL)


async def test_code_by_sms(member: Member) -> None:
    await member.add_sending(SMS, phone_number=NUMBER)
    await _sent(member, SMS)


async def test_backup_code(member: Member) -> None:
    codes = list((await member.add_totp()).backup_codes)
    token = await member.challenge()
    admin = member.people.room.admin
    for number in range(ROUNDS):
        if number % 10 == 0:
            request = mfa.RegenerateBackupCodesRequest()
            reply = await member.stub.RegenerateBackupCodes(request, metadata=member.me)
            codes = list(reply.backup_codes)
        await admin.execute(NEW_CHALLENGE)
        code = codes[number % 10]
        outcomes = await race(AT_ONCE, partial(member.complete, token, BACKUP, code))
        [won] = winners(outcomes)
        assert won.backup_codes_left == 9 - number % 10
        assert set(refusals(outcomes)) == {ENDED}


async def test_one_backup_code_over_many_challenges(member: Member) -> None:
    codes = list((await member.add_totp()).backup_codes)
    for code in codes:
        tokens = [await member.challenge() for _ in range(8)]
        outcomes = await race(8, spread(member, tokens, BACKUP, code))
        assert len(winners(outcomes)) == 1
        # Seven wrong ones, and some of the next seven before the right one, are ten in a row.
        assert set(refusals(outcomes)) <= {INVALID, LOCKED}
        assert sum(refusals(outcomes).values()) == 7


async def test_confirming_a_method(member: Member) -> None:
    await member.add_totp()
    for _ in range(ROUNDS):
        await member.people.room.admin.execute(FORGET_SENDS)
        begun = await member.enrol(EMAIL)
        code = await member.code()
        method_id = begun.method.method_id
        await one_winner(partial(member.confirm, method_id, code))
        request = mfa.DisableMfaRequest(method_id=method_id)
        await member.stub.DisableMfa(request, metadata=member.me)


async def test_confirming_the_first_method_shows_one_set_of_codes(member: Member) -> None:
    for _ in range(5):
        begun = await member.enrol(EMAIL)
        code = await member.code()
        method_id = begun.method.method_id
        won = await one_winner(partial(member.confirm, method_id, code), BUSY)
        assert len(won.backup_codes) == 10
        request = mfa.DisableMfaRequest(method_id=method_id)
        await member.stub.DisableMfa(request, metadata=member.me)
        await member.people.room.admin.execute(FORGET_SENDS)


async def test_step_up(member: Member) -> None:
    from tests.integration.auth.conftest import PASSWORD  # noqa: PLC0415

    await member.add_totp()
    for _ in range(min(ROUNDS, 20)):
        await member.people.room.admin.execute(FORGET_STEPS)
        request = mfa.ReauthenticateRequest(password=PASSWORD)
        reply = await member.stub.Reauthenticate(request, metadata=member.me)
        token, code = reply.mfa_challenge.challenge_token, member.app_code()
        won = await one_winner(partial(member.complete, token, TOTP, code, member.me))
        assert won.tokens.session_id == member.tokens.session_id
        member.tokens.CopyFrom(won.tokens)
