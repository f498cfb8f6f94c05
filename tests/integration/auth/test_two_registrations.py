"""Who registers somebody else's address before them gains nothing by it."""

import pytest
from inergize.auth.v1 import auth_passwords_pb2 as passwords
from inergize.auth.v1 import auth_service_pb2 as pb

from tests.integration.auth.conftest import PASSWORD, People, refusal
from tests.support.replies import error_info

STRANGERS = "the passphrase of a stranger"
CHOSEN = "chosen by whoever has the mailbox"


async def refused(people: People, email: str, password: str) -> str:
    reason = error_info(await refusal(people.login(email, password))).reason
    return str(reason).removeprefix("ERROR_REASON_")


async def mailed(people: People) -> list[tuple[str, str]]:
    return [(mail.payload["template"], mail.secret) for mail in await people.messages()]


async def verify(people: People, token: str) -> None:
    await people.stub.VerifyEmail(pb.VerifyEmailRequest(token=token))


@pytest.mark.parametrize("order", [(STRANGERS, PASSWORD), (PASSWORD, STRANGERS)])
async def test_whoever_registers_first_gains_nothing_by_it(
    people: People, order: tuple[str, str]
) -> None:
    email = people.new_email()
    for password in order:
        await people.register(email, password=password)
    (confirm, choose) = await mailed(people)
    assert (confirm[0], choose[0]) == ("verify_email", "registered_twice")
    await verify(people, confirm[1])
    answers = {await refused(people, email, password) for password in order}
    assert answers == {"EMAIL_NOT_VERIFIED"}  # by their marks: they tell nothing
    request = passwords.ResetPasswordRequest(token=choose[1], new_password=CHOSEN)
    await people.stub.ResetPassword(request)
    assert (await people.login(email, CHOSEN)).access_token
    answers = {await refused(people, email, password) for password in order}
    assert answers == {"EMAIL_NOT_VERIFIED"}


async def test_choosing_a_password_proves_the_address(people: People) -> None:
    email = people.new_email()
    for password in (STRANGERS, PASSWORD):
        await people.register(email, password=password)
    token = dict(await mailed(people))["registered_twice"]
    request = passwords.ResetPasswordRequest(token=token, new_password=CHOSEN)
    await people.stub.ResetPassword(request)
    assert (await people.login(email, CHOSEN)).access_token


async def test_a_form_sent_twice_does_no_harm(people: People) -> None:
    email = people.new_email()
    for _ in range(2):
        await people.register(email)
    mails = dict(await mailed(people))
    assert set(mails) == {"verify_email", "address_taken"}
    await verify(people, mails["verify_email"])
    assert (await people.login(email)).access_token


async def test_a_proved_account_keeps_its_password(people: People) -> None:
    email = people.new_email()
    await people.verified(email)
    await people.register(email, password=STRANGERS)
    assert [template for template, _ in await mailed(people)] == ["address_taken"]
    assert (await people.login(email)).access_token


async def test_nobody_is_flooded_with_choices(people: People) -> None:
    email = people.new_email()
    for n in range(4):
        await people.register(email, password=f"{STRANGERS} {n}")
    assert [template for template, _ in await mailed(people)] == [
        "verify_email",
        "registered_twice",
    ]


async def test_the_strangers_token_brings_no_way_in(people: People) -> None:
    """It has the mail sent again, whose link proves the address and nothing else."""
    email = people.new_email()
    strangers = await people.register(email, password=STRANGERS)
    await people.register(email)
    await people.messages()
    await people.room.admin.execute(
        "UPDATE auth.one_time_tokens SET created_at = created_at - interval '1 day'"
    )
    await people.stub.ResendVerification(
        pb.ResendVerificationRequest(registration_token=strangers.registration_token)
    )
    await verify(people, await people.mailed_token())
    assert await refused(people, email, STRANGERS) == "EMAIL_NOT_VERIFIED"
