"""What a deployment begins with, and what time alone does to an account: nothing."""

from tests.integration.auth.conftest import People


async def test_a_new_deployment_has_no_account(people: People) -> None:
    assert await people.room.admin.fetchval("SELECT count(*) FROM auth.users") == 0
    await people.register()
    assert await people.room.admin.fetchval("SELECT count(*) FROM auth.users") == 1


async def test_an_old_password_still_opens(people: People) -> None:
    """Nobody has to change a password because it is old."""
    email = people.new_email()
    user_id = await people.verified(email)
    await people.room.admin.execute(
        "UPDATE auth.users SET created_at = created_at - interval '10 years',"
        " updated_at = updated_at - interval '10 years',"
        " last_login_at = now() - interval '9 years' WHERE id = $1",
        user_id,
    )
    tokens = await people.login(email)
    assert (await people.refresh(tokens.refresh_token)).access_token
