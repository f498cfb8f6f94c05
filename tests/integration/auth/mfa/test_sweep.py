"""Old challenges and methods that were never switched on are forgotten."""

from services.auth.mfa.sweep import sweep
from tests.integration.auth.mfa.conftest import NUMBER, SMS, Member

AGE = """
WITH challenge AS (
    UPDATE auth.mfa_challenges SET expires_at = now() - $1::text::interval
)
UPDATE auth.user_mfa SET created_at = now() - $1::text::interval
"""


async def left(member: Member) -> tuple[int, int]:
    query = (
        "SELECT (SELECT count(*) FROM auth.mfa_challenges), (SELECT count(*) FROM auth.user_mfa)"
    )
    row = await member.people.room.admin.fetchrow(query)
    assert row is not None
    return tuple(row)


async def test_a_day_after_their_end(member: Member) -> None:
    await member.add_totp()
    await member.enrol(SMS, phone_number=NUMBER)
    await member.challenge()
    run = sweep(member.people.room.given.db).run
    for age, expected in (("23 hours", (3, 2)), ("25 hours", (0, 1))):
        await member.people.room.admin.execute(AGE, age)
        assert await run(None) is None
        assert await left(member) == expected
    assert (await member.login()).HasField("mfa_challenge")
