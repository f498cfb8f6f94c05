"""`inergize admin`: through Auth's rules, in Auth's own role, against a real database."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import asyncpg
import grpc
import pytest
from inergize.auth.v1 import auth_passwords_pb2 as passwords
from inergize.auth.v1 import auth_pb2
from inergize.auth.v1 import auth_service_pb2 as pb

from services.kernel import jwt
from services.kernel.config import Settings
from stack.admin import make_administrator, password_link
from stack.errors import StackError
from tests.integration.auth.conftest import PASSWORD, People, bearer


async def make(settings: Settings, email: str, *, promote: bool = False, **other: str) -> bool:
    words = {"password": PASSWORD, "first_name": "Grace", "last_name": "Hopper"} | other
    password = words.pop("password")
    _, is_new = await make_administrator(settings, email, password, promote=promote, **words)
    return is_new


async def test_administrator_can_sign_in_at_once(people: People, stub: Any) -> None:
    assert await make(people.room.given.settings, "root@example.com")
    tokens = await people.login("root@example.com")
    user = (await stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=bearer(tokens))).user
    assert (user.role, user.is_verified) == (auth_pb2.ROLE_ADMIN, True)
    assert len(await people.messages("initialize_user")) == 1


async def test_administrator_chooses_the_password_by_a_link_that_is_good_once(
    people: People, stub: Any
) -> None:
    settings, email = people.room.given.settings, "root@example.com"
    names = {"first_name": "Grace", "last_name": "Hopper"}
    user_id, _ = await make_administrator(settings, email, "nobody sees it", **names, promote=False)
    link = await password_link(settings, user_id, email)
    page, _, query = link.partition("?")
    assert page == "http://127.0.0.1:8080/v1/auth/password:reset"
    (token,) = parse_qs(query)["token"]
    choice = passwords.ResetPasswordRequest(token=token, new_password=PASSWORD)
    await stub.ResetPassword(choice)
    assert (await people.login(email)).access_token
    with pytest.raises(grpc.aio.AioRpcError):
        await stub.ResetPassword(choice)


async def test_existing_account_is_promoted_only_when_asked(people: People) -> None:
    settings, email = people.room.given.settings, people.new_email()
    await people.verified(email)
    tokens = await people.login(email)
    with pytest.raises(StackError, match="has an account"):
        await make(settings, email)
    assert not await make(settings, email.upper(), promote=True, password="another password 7")
    claims = jwt.parse((await people.login(email)).access_token, "at+jwt").claims
    assert claims["role"] == "admin"
    assert await people.room.given.redis.keys("session:*" + tokens.session_id) == []


async def test_unproved_account_is_not_promoted(people: People) -> None:
    email = people.new_email()
    await people.register(email)
    with pytest.raises(StackError, match="never proved"):
        await make(people.room.given.settings, email, promote=True)
    assert await people.room.admin.fetchval("SELECT role FROM auth.users") == "member"


@pytest.mark.parametrize(
    ("email", "password", "told"),
    [
        ("not an address", PASSWORD, "email"),
        ("root@example.com", "short", "password"),
        ("root@example.com", "password1", "common"),
    ],
)
async def test_bad_input_is_told_in_one_line(
    make_settings: Callable[..., Settings],
    admin: asyncpg.Connection,
    email: str,
    password: str,
    told: str,
) -> None:
    with pytest.raises(StackError, match=told) as refused:
        await make(make_settings(), email, password=password)
    assert "\n" not in str(refused.value)
    assert await admin.fetchval("SELECT count(*) FROM auth.users") == 0
