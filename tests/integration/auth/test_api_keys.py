"""API keys: what they open, for how long, for whom, and what a flood of false ones costs."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode
from inergize.auth.v1 import auth_admin_service_pb2 as admin_pb
from inergize.auth.v1 import auth_api_keys_pb2 as pb
from inergize.auth.v1 import auth_internal_service_pb2 as internal_pb
from inergize.auth.v1 import auth_service_pb2
from inergize.auth.v1.auth_admin_service_pb2_grpc import AuthAdminServiceStub
from inergize.auth.v1.auth_pb2 import SessionTokens
from pydantic import SecretStr

from services.auth.api_keys.domain import ApiKeys
from services.auth.api_keys.errors import ApiKeyUnknown
from services.kernel.api_keys import complete
from services.kernel.config import Key
from services.kernel.contract import known_scopes
from services.kernel.crypto import Keys
from tests.integration.auth.conftest import People, bearer, refusal
from tests.support.replies import error_info
from tests.support.valkey import Valkey

ME = auth_service_pb2.GetCurrentUserRequest()


def with_key(secret: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {secret}")]


def after(**age: float) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(datetime.now(UTC) + timedelta(**age))
    return timestamp


class Owner:
    """A signed-in person who makes keys."""

    def __init__(self, stub: Any, tokens: SessionTokens) -> None:
        self.stub, self.tokens = stub, tokens

    async def make(self, *scopes: str, **fields: Any) -> pb.CreateApiKeyResponse:
        request = pb.CreateApiKeyRequest(
            **({"name": "a program", "scopes": scopes or ("account.read",)} | fields)
        )
        made: pb.CreateApiKeyResponse = await self.stub.CreateApiKey(
            request, metadata=bearer(self.tokens)
        )
        return made

    async def keys(self, **fields: Any) -> pb.ListApiKeysResponse:
        page: pb.ListApiKeysResponse = await self.stub.ListApiKeys(
            pb.ListApiKeysRequest(**fields), metadata=bearer(self.tokens)
        )
        return page

    async def revoke(self, api_key_id: str) -> None:
        request = pb.RevokeApiKeyRequest(api_key_id=api_key_id)
        await self.stub.RevokeApiKey(request, metadata=bearer(self.tokens))


@pytest_asyncio.fixture
async def owner(people: People, stub: Any) -> AsyncIterator[Owner]:
    owner = Owner(stub, await people.signed_in())
    await people.room.admin.execute("UPDATE auth.users SET subscription_tier = 'premium'")
    yield owner


async def refused(call: Any) -> tuple[StatusCode, str]:
    error = await refusal(call)
    return error.code(), str(error_info(error).reason)


async def test_key_opens_what_its_scope_covers_and_says_whose_it_is(owner: Owner) -> None:
    made = await owner.make("account.read")
    reply = await owner.stub.GetCurrentUser(ME, metadata=with_key(made.secret))
    mine = await owner.stub.GetCurrentUser(ME, metadata=bearer(owner.tokens))
    assert reply.user.user_id == mine.user.user_id
    assert made.api_key.prefix == made.secret[:12]
    assert list(made.api_key.scopes) == ["account.read"]


async def test_key_without_the_scope_opens_nothing(owner: Owner) -> None:
    made = await owner.make("content.write", "content.read")
    error = await refusal(owner.stub.GetCurrentUser(ME, metadata=with_key(made.secret)))
    assert error.code() is StatusCode.PERMISSION_DENIED
    info = error_info(error)
    assert (info.reason, dict(info.metadata)) == (
        "ERROR_REASON_SCOPE_MISSING",
        {"scope": "account.read"},
    )


async def test_no_scope_covers_what_only_sessions_may(owner: Owner) -> None:
    made = await owner.make(*sorted(known_scopes()))
    for call in (
        owner.stub.ListApiKeys(pb.ListApiKeysRequest(), metadata=with_key(made.secret)),
        owner.stub.Logout(auth_service_pb2.LogoutRequest(), metadata=with_key(made.secret)),
        owner.stub.CreateApiKey(
            pb.CreateApiKeyRequest(name="another", scopes=["account.read"]),
            metadata=with_key(made.secret),
        ),
    ):
        assert await refused(call) == (
            StatusCode.PERMISSION_DENIED,
            "ERROR_REASON_SCOPE_MISSING",
        )


async def test_only_a_keyed_hash_is_stored(owner: Owner, admin: asyncpg.Connection) -> None:
    made = await owner.make()
    row = await admin.fetchrow("SELECT api_keys::text AS everything FROM auth.api_keys")
    assert row is not None
    assert made.secret[12:] not in row["everything"]
    assert made.secret.encode()[12:].hex() not in row["everything"]
    logged = await admin.fetchval("SELECT string_agg(audit_log::text, '') FROM auth.audit_log")
    assert made.secret[12:] not in logged
    assert "api_key_created" in logged


async def test_owner_is_told_by_mail_and_the_mail_does_not_hold_the_key(
    owner: Owner, people: People
) -> None:
    made = await owner.make("content.read", name="nightly <b>export</b>")
    (mail,) = [m for m in await people.messages() if m.payload["template"] == "api_key_created"]
    assert mail.payload["params"]["name"] == "nightly <b>export</b>"
    assert mail.payload["params"]["prefix"] == made.api_key.prefix
    assert made.secret not in str(mail)


async def test_unknown_scope_is_refused_by_name(owner: Owner) -> None:
    assert "content.read" in known_scopes()
    assert "contents.read" not in known_scopes()
    error = await refusal(owner.make("content.read", "contents.read"))
    assert error.code() is StatusCode.INVALID_ARGUMENT
    info = error_info(error)
    assert (info.reason, info.metadata["scope"]) == ("ERROR_REASON_SCOPE", "contents.read")
    assert info.metadata["known"].split() == sorted(known_scopes())


async def test_key_ends_when_it_should(owner: Owner, admin: asyncpg.Connection) -> None:
    made = await owner.make(expires_time=after(days=30))
    await owner.stub.GetCurrentUser(ME, metadata=with_key(made.secret))
    other = await owner.make()
    await admin.execute("UPDATE auth.api_keys SET expires_at = now() - interval '1 second'")
    ended = owner.stub.GetCurrentUser(ME, metadata=with_key(other.secret))
    assert await refused(ended) == (StatusCode.UNAUTHENTICATED, "ERROR_REASON_SESSION_ENDED")


async def test_key_lives_a_year_at_most(owner: Owner) -> None:
    made = await owner.make()
    life = made.api_key.expires_time.seconds - made.api_key.created_time.seconds
    assert life == 366 * 86400
    for bad in (after(days=367), after(seconds=-1), Timestamp(seconds=0)):
        error = await refusal(owner.make(expires_time=bad))
        assert error.code() is StatusCode.INVALID_ARGUMENT
        assert "expires_time" in str(error.details())


async def test_revoked_key_is_refused_and_stays_in_the_list(owner: Owner) -> None:
    made = await owner.make()
    await owner.revoke(made.api_key.api_key_id)
    await owner.revoke(made.api_key.api_key_id)
    call = owner.stub.GetCurrentUser(ME, metadata=with_key(made.secret))
    assert await refused(call) == (StatusCode.UNAUTHENTICATED, "ERROR_REASON_SESSION_ENDED")
    (listed,) = (await owner.keys()).api_keys
    assert listed.HasField("revoked_time")


async def test_key_is_only_its_owners(owner: Owner, people: People, stub: Any) -> None:
    made = await owner.make()
    stranger = Owner(stub, await people.signed_in())
    assert not (await stranger.keys()).api_keys
    for unknown in (made.api_key.api_key_id, str(uuid4())):
        assert await refused(stranger.revoke(unknown)) == (
            StatusCode.NOT_FOUND,
            "ERROR_REASON_NOT_FOUND",
        )
    await owner.stub.GetCurrentUser(ME, metadata=with_key(made.secret))


async def test_keys_are_listed_newest_first_page_by_page(owner: Owner) -> None:
    made = [await owner.make(name=f"key {number}") for number in range(5)]
    first = await owner.keys(page_size=3)
    second = await owner.keys(page_size=3, page_token=first.next_page_token)
    names = [key.name for page in (first, second) for key in page.api_keys]
    assert names == ["key 4", "key 3", "key 2", "key 1", "key 0"]
    assert second.next_page_token == ""
    found = await owner.keys(prefix=made[2].api_key.prefix)
    assert [key.name for key in found.api_keys] == ["key 2"]
    assert len((await owner.keys(prefix="igz_")).api_keys) == 5
    # An underscore is itself, not any letter.
    assert not (await owner.keys(prefix="____")).api_keys


async def test_subscription_limits_live_keys_even_when_made_at_once(
    owner: Owner, admin: asyncpg.Connection
) -> None:
    await admin.execute("UPDATE auth.users SET subscription_tier = 'free'")
    answers = await asyncio.gather(*(owner.make() for _ in range(8)), return_exceptions=True)
    made = [answer for answer in answers if isinstance(answer, pb.CreateApiKeyResponse)]
    assert len(made) == 2
    error = await refusal(owner.make())
    assert error.code() is StatusCode.RESOURCE_EXHAUSTED
    assert dict(error_info(error).metadata) == {"limit": "api_keys", "allowed": "2"}
    await owner.revoke(made[0].api_key.api_key_id)
    await owner.make()


@pytest.mark.parametrize("change", ["is_active = false", "erase_requested_at = now()"])
async def test_closed_account_has_no_keys(
    owner: Owner, admin: asyncpg.Connection, change: str
) -> None:
    made = await owner.make()
    await admin.execute(f"UPDATE auth.users SET {change}")
    call = owner.stub.GetCurrentUser(ME, metadata=with_key(made.secret))
    assert await refused(call) == (StatusCode.UNAUTHENTICATED, "ERROR_REASON_SESSION_ENDED")


async def test_account_that_is_about_to_go_gets_no_new_key(
    owner: Owner, admin: asyncpg.Connection
) -> None:
    await admin.execute("UPDATE auth.users SET erase_requested_at = now()")
    expected = (StatusCode.FAILED_PRECONDITION, "ERROR_REASON_DELETION_PENDING")
    assert await refused(owner.make()) == expected
    await admin.execute("UPDATE auth.users SET erase_requested_at = NULL")
    assert (await owner.make()).secret


async def test_administrators_key_is_a_members(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    made = await owner.make(*sorted(known_scopes()))
    await admin.execute("UPDATE auth.users SET role = 'admin'")
    room_admin: Any = AuthAdminServiceStub(people.room.channel)
    call = room_admin.ListUsers(admin_pb.ListUsersRequest(), metadata=with_key(made.secret))
    assert (await refusal(call)).code() is StatusCode.PERMISSION_DENIED


async def test_use_is_noted_every_five_minutes(
    owner: Owner, internal: Any, people: People, admin: asyncpg.Connection
) -> None:
    made = await owner.make()
    query = "SELECT last_used_at FROM auth.api_keys"
    assert await admin.fetchval(query) is None

    async def check() -> datetime:
        reply = await internal.CheckApiKey(
            internal_pb.CheckApiKeyRequest(api_key=made.secret),
            metadata=people.room.as_service("content"),
        )
        assert list(reply.scopes) == ["account.read"]
        used: datetime = await admin.fetchval(query)
        return used

    first = await check()
    assert await check() == first
    await admin.execute("UPDATE auth.api_keys SET last_used_at = now() - interval '301 seconds'")
    assert await check() >= first


async def test_unknown_keys_are_not_found_by_other_services(
    owner: Owner, internal: Any, people: People
) -> None:
    made = await owner.make()
    body = made.secret[4:52]
    for key in (complete(body[::-1]), complete("0" * 48), made.secret[:-1] + "!", "x" * 20):
        call = internal.CheckApiKey(
            internal_pb.CheckApiKeyRequest(api_key=key), metadata=people.room.as_service("content")
        )
        assert await refused(call) == (StatusCode.NOT_FOUND, "ERROR_REASON_SESSION_ENDED")


async def test_flood_of_made_up_keys_never_reaches_the_database(
    owner: Owner, admin: asyncpg.Connection
) -> None:
    made_up = [complete(f"{number:048}") for number in range(300)]
    async with admin.transaction():
        await admin.execute("LOCK TABLE auth.api_keys")  # whoever looks into it now, waits
        for key in [*made_up, *(f"{key[:-1]}?" for key in made_up)]:
            call = owner.stub.GetCurrentUser(ME, metadata=with_key(key), timeout=1)
            assert (await refusal(call)).code() is StatusCode.UNAUTHENTICATED


async def test_revoked_key_is_looked_up_once_in_a_while(
    owner: Owner, admin: asyncpg.Connection
) -> None:
    made = await owner.make()
    await owner.revoke(made.api_key.api_key_id)
    await refusal(owner.stub.GetCurrentUser(ME, metadata=with_key(made.secret)))
    async with admin.transaction():
        await admin.execute("LOCK TABLE auth.api_keys")
        for _ in range(50):
            call = owner.stub.GetCurrentUser(ME, metadata=with_key(made.secret), timeout=1)
            assert (await refusal(call)).code() is StatusCode.UNAUTHENTICATED


async def test_key_outlives_the_rotation_of_hash_keys_until_the_old_one_is_removed(
    owner: Owner, people: People
) -> None:
    made = await owner.make()
    given, new = (
        people.room.given,
        Key(id="new", key=SecretStr(base64.b64encode(bytes(32)).decode())),
    )
    for hash_keys, is_good in (((new, *given.settings.crypto.hash_keys), True), ((new,), False)):
        keys = Keys(given.settings.crypto.model_copy(update={"hash_keys": hash_keys}))
        checked = ApiKeys(given.db, keys, given.outbox, frozenset()).check(made.secret)
        if is_good:
            assert str((await checked).api_key_id) == made.api_key.api_key_id
        else:
            with pytest.raises(ApiKeyUnknown):
                await checked


async def test_redis_has_no_part_in_it(owner: Owner, valkey: Valkey) -> None:
    made = await owner.make()
    valkey.kill()
    try:
        await owner.stub.GetCurrentUser(ME, metadata=with_key(made.secret))
    finally:
        valkey.start()


async def test_keys_that_ended_long_ago_are_forgotten(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    ages = {"revoked long ago": ("revoked_at", 91), "revoked": ("revoked_at", 89)}
    ages |= {"expired long ago": ("expires_at", 91), "live": ("last_used_at", 91)}
    for name, (column, days) in ages.items():
        await owner.make(name=name)
        await admin.execute(
            f"UPDATE auth.api_keys SET {column} = now() - interval '{days} days' WHERE name = $1",
            name,
        )
    given = people.room.given
    job = ApiKeys(given.db, given.keys, given.outbox, frozenset()).job()
    assert await job.run(None) is None
    left = {row["name"] for row in await admin.fetch("SELECT name FROM auth.api_keys")}
    assert left == {"revoked", "live"}
