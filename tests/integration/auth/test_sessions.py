"""The list of one's sessions, and ending them from any of them."""

import asyncio
from typing import Any
from uuid import uuid4

import grpc
import pytest
import pytest_asyncio
from inergize.auth.v1 import auth_pb2
from inergize.auth.v1 import auth_service_pb2 as auth
from inergize.auth.v1 import auth_sessions_pb2 as pb
from inergize.auth.v1.auth_service_pb2_grpc import AuthServiceStub

from services.auth.own_sessions.upkeep import Upkeep
from services.kernel.session_use import USED_KEY, SessionUse
from tests.integration.auth.conftest import PASSWORD, People, bearer, refusal
from tests.support.replies import error_info
from tests.support.valkey import Valkey
from tests.support.waiting import eventually

ME = auth.GetCurrentUserRequest()
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"
)


class Person:
    """Somebody who signs in from several places."""

    def __init__(self, people: People, email: str) -> None:
        self.people, self.stub, self.email = people, people.stub, email

    async def login(
        self, agent: str = FIREFOX, address: str = "198.51.100.7", name: str = "", known: str = ""
    ) -> auth.LoginResponse:
        """Sign in; without the token of a known device, as a stranger would."""
        options = [("grpc.primary_user_agent", agent)]  # before gRPC's own
        async with grpc.aio.insecure_channel(self.people.room.address, options=options) as channel:
            request = auth.LoginRequest(
                email=self.email, password=PASSWORD, device_name=name, device_token=known
            )
            metadata = [("x-inergize-client-address", address)]
            reply: auth.LoginResponse = await AuthServiceStub(channel).Login(
                request, metadata=tuple(metadata)
            )
        return reply

    async def sessions(
        self, tokens: auth_pb2.SessionTokens, **fields: Any
    ) -> pb.ListSessionsResponse:
        page: pb.ListSessionsResponse = await self.stub.ListSessions(
            pb.ListSessionsRequest(**fields), metadata=bearer(tokens)
        )
        return page

    async def revoke(self, tokens: auth_pb2.SessionTokens, session_id: str) -> None:
        request = pb.RevokeSessionRequest(session_id=session_id)
        await self.stub.RevokeSession(request, metadata=bearer(tokens))

    async def is_open(self, tokens: auth_pb2.SessionTokens) -> bool:
        """Whether the session can be refreshed; it is used up by asking."""
        try:
            await self.people.refresh(tokens.refresh_token)
        except grpc.aio.AioRpcError as refused:
            return bool(error_info(refused).reason != "ERROR_REASON_SESSION_ENDED")
        return True

    async def told(self) -> list[dict[str, str]]:
        """What mails about sign-ins said since the last look."""
        mails = [m.payload for m in await self.people.messages()]
        return [mail["params"] for mail in mails if mail["template"] == "new_sign_in"]


@pytest_asyncio.fixture
async def person(people: People) -> Person:
    email = people.new_email()
    await people.verified(email)
    return Person(people, email)


async def reason(call: Any) -> str:
    return str(error_info(await refusal(call)).reason)


# The list.


async def test_list_tells_where_from_and_since_when(person: Person) -> None:
    await person.login(FIREFOX, "198.51.100.7")
    current = (await person.login(CHROME, "2001:db8:1:2::3", name="Ada's laptop")).tokens
    here, there = (await person.sessions(current)).sessions
    assert (here.session_id, here.is_current) == (current.session_id, True)
    assert (here.device, here.ip_address) == ("Ada's laptop", "2001:db8:1:2::3")
    assert (there.device, there.ip_address) == ("Firefox on Linux", "198.51.100.7")
    assert not there.is_current
    assert there.user_agent.startswith(FIREFOX)
    assert (there.auth_level, here.auth_level) == (1, 1)
    assert there.created_time.seconds <= here.created_time.seconds
    assert here.expires_time.seconds - here.created_time.seconds == 14 * 86400


async def test_pages_hold_every_open_session_once_the_latest_used_first(person: Person) -> None:
    tokens = [(await person.login(name=f"device {number}")).tokens for number in range(5)]
    await person.people.refresh(tokens[1].refresh_token)
    first = await person.sessions(tokens[0], page_size=3)
    second = await person.sessions(tokens[0], page_size=3, page_token=first.next_page_token)
    names = [session.device for page in (first, second) for session in page.sessions]
    assert names == ["device 1", "device 4", "device 3", "device 2", "device 0"]
    assert second.next_page_token == ""


@pytest.mark.parametrize("end", ["idle_expires_at", "expires_at"])
async def test_ended_and_expired_sessions_are_not_listed(person: Person, end: str) -> None:
    expired, signed_out, current = [(await person.login()).tokens for _ in range(3)]
    await person.stub.Logout(auth.LogoutRequest(), metadata=bearer(signed_out))
    await person.people.room.admin.execute(
        f"UPDATE auth.user_sessions SET {end} = now() - interval '1 s' WHERE id = $1::text::uuid",
        expired.session_id,
    )
    listed = (await person.sessions(current)).sessions
    assert [session.session_id for session in listed] == [current.session_id]


async def test_refresh_moves_the_address(person: Person) -> None:
    tokens = (await person.login(address="198.51.100.7")).tokens
    await person.stub.RefreshSession(
        auth.RefreshSessionRequest(refresh_token=tokens.refresh_token),
        metadata=(("x-inergize-client-address", "203.0.113.9"),),
    )
    (session,) = (await person.sessions(tokens)).sessions
    assert session.ip_address == "203.0.113.9"


# Ending them.


async def test_session_is_ended_from_another(person: Person) -> None:
    lost, current = (await person.login()).tokens, (await person.login()).tokens
    await person.stub.GetCurrentUser(ME, metadata=bearer(lost))
    await person.revoke(current, lost.session_id)
    await person.revoke(current, lost.session_id)
    assert not await person.is_open(lost)
    assert await person.is_open(current)
    keys = await person.people.room.given.redis.keys(f"session:*{lost.session_id}*")
    assert keys == []

    async def is_refused() -> bool:
        try:
            await person.stub.GetCurrentUser(ME, metadata=bearer(lost))
        except grpc.aio.AioRpcError as refused:
            return bool(error_info(refused).reason == "ERROR_REASON_SESSION_ENDED")
        return False

    assert await eventually(is_refused, seconds=5, every=0.1)


async def test_own_session_may_be_ended_too(person: Person) -> None:
    tokens = (await person.login()).tokens
    await person.revoke(tokens, tokens.session_id)
    assert not await person.is_open(tokens)


async def test_sessions_of_others_are_not_there(person: Person) -> None:
    tokens, other = (await person.login()).tokens, await person.people.signed_in()
    for session_id in (other.session_id, str(uuid4())):
        assert await reason(person.revoke(tokens, session_id)) == "ERROR_REASON_NOT_FOUND"
    assert await person.is_open(other)
    assert len((await person.sessions(tokens)).sessions) == 1


async def test_all_others_end_at_once(person: Person) -> None:
    others, current = [(await person.login()).tokens for _ in range(3)], None
    current = (await person.login()).tokens
    stranger = await person.people.signed_in()
    reply = await person.stub.RevokeOtherSessions(
        pb.RevokeOtherSessionsRequest(), metadata=bearer(current)
    )
    assert reply.revoked_count == 3
    assert [await person.is_open(tokens) for tokens in others] == [False] * 3
    assert await person.is_open(current)
    assert await person.is_open(stranger)
    again = await person.stub.RevokeOtherSessions(
        pb.RevokeOtherSessionsRequest(), metadata=bearer(current)
    )
    assert again.revoked_count == 0


async def test_ending_a_session_while_it_refreshes_is_final(person: Person) -> None:
    lost, current = (await person.login()).tokens, (await person.login()).tokens
    refreshes = [person.people.refresh(lost.refresh_token) for _ in range(20)]
    revoke = person.revoke(current, lost.session_id)
    answers = await asyncio.gather(*refreshes[:10], revoke, *refreshes[10:], return_exceptions=True)
    pairs = [answer for answer in answers if isinstance(answer, auth_pb2.SessionTokens)]
    for tokens in (lost, *pairs):
        assert not await person.is_open(tokens)
    assert not await person.people.room.given.redis.keys(f"session:*{lost.session_id}*")


# When they were used.

AGE = "UPDATE auth.user_sessions SET last_accessed_at = now() - interval '1 hour'"
USED = "SELECT now() - last_accessed_at < interval '1 minute' FROM auth.user_sessions"


async def test_use_is_written_down_by_the_clock(person: Person) -> None:
    tokens = (await person.login()).tokens
    given = person.people.room.given
    upkeep = Upkeep(given.db, given.redis)
    await person.people.room.admin.execute(AGE)
    await person.stub.GetCurrentUser(ME, metadata=bearer(tokens))
    assert not await person.people.room.admin.fetchval(USED)
    assert await upkeep.note_use(None) is None
    assert await person.people.room.admin.fetchval(USED)
    assert await given.redis.exists(USED_KEY) == 0


async def test_use_is_noted_once_a_minute_and_process(person: Person) -> None:
    given, session_id = person.people.room.given, uuid4()
    use = SessionUse(given.redis)
    await use.note(session_id)
    await given.redis.delete(USED_KEY)
    await use.note(session_id)
    assert await given.redis.exists(USED_KEY) == 0
    await SessionUse(given.redis).note(session_id)
    assert await given.redis.zcard(USED_KEY) == 1


async def test_a_time_never_goes_back_nor_past_now(person: Person) -> None:
    tokens = (await person.login()).tokens
    given, admin = person.people.room.given, person.people.room.admin
    upkeep = Upkeep(given.db, given.redis)
    for unix_time, moves in ((0.0, False), (4e9, True)):
        before = await admin.fetchval("SELECT last_accessed_at FROM auth.user_sessions")
        await given.redis.zadd(USED_KEY, {tokens.session_id: unix_time})
        await upkeep.note_use(None)
        after = await admin.fetchval("SELECT last_accessed_at FROM auth.user_sessions")
        assert (after > before, after == before) == (moves, not moves)
        assert await admin.fetchval("SELECT $1::timestamptz <= now()", after)


async def test_without_redis_calls_and_the_clock_go_on(person: Person, valkey: Valkey) -> None:
    tokens = (await person.login()).tokens
    given = person.people.room.given
    valkey.kill()
    try:
        await person.stub.GetCurrentUser(ME, metadata=bearer(tokens))
        assert await Upkeep(given.db, given.redis).note_use(None) is None
    finally:
        valkey.start()


# What is over.


async def test_what_ended_long_ago_is_forgotten(person: Person) -> None:
    admin, given = person.people.room.admin, person.people.room.given
    ages = {"6 days 23 hours": True, "7 days 1 hour": False}
    kept = {}
    for age, stays in ages.items():
        tokens = (await person.login()).tokens
        kept[tokens.session_id] = stays
        await admin.execute(
            f"UPDATE auth.user_sessions SET expires_at = now() - interval '{age}'"
            " WHERE id = $1::text::uuid",
            tokens.session_id,
        )
    await person.people.register()
    await admin.execute(
        "UPDATE auth.one_time_tokens SET expires_at = now() - CASE purpose"
        " WHEN 'registration' THEN interval '23 hours' ELSE interval '25 hours' END"
    )
    assert await Upkeep(given.db, given.redis).forget(None) is None
    rows = await admin.fetch("SELECT id::text FROM auth.user_sessions")
    assert {row["id"] for row in rows} == {found for found, stays in kept.items() if stays}
    left = await admin.fetch("SELECT DISTINCT purpose FROM auth.one_time_tokens")
    assert {row["purpose"] for row in left} == {"registration"}


# New places.


async def test_very_first_sign_in_tells_nobody(person: Person) -> None:
    await person.login()
    assert await person.told() == []


async def test_new_place_is_told_without_the_full_address(person: Person) -> None:
    await person.login(FIREFOX, "198.51.100.7")
    await person.login(CHROME, "203.0.113.77", name="Your own laptop")
    (mail,) = await person.told()
    assert mail["device"] == "Your own laptop (Chrome on Windows)"
    assert mail["network"] == "203.0.113.0/24"
    assert mail["time_zone"] == "UTC"
    logged = await person.people.room.admin.fetchval(
        "SELECT string_agg(new_data::text, '') FROM auth.audit_log"
        " WHERE new_data ->> 'event' = 'signed_in_from_new_place'"
    )
    assert "203.0.113.0/24" in logged
    assert "203.0.113.77" not in logged


@pytest.mark.parametrize(
    ("agent", "address", "is_new"),
    [
        (FIREFOX, "198.51.100.250", False),
        (FIREFOX, "198.51.101.7", True),
        (CHROME, "198.51.100.7", True),
        (FIREFOX.replace("130", "131"), "198.51.100.7", False),
        (FIREFOX, "", True),
        (FIREFOX, "2001:db8::1", True),
    ],
)
async def test_kind_and_network_make_a_place(
    person: Person, agent: str, address: str, is_new: bool
) -> None:
    await person.login(FIREFOX, "198.51.100.7")
    await person.login(agent, address)
    assert bool(await person.told()) == is_new


async def test_known_device_may_move(person: Person) -> None:
    first = await person.login(FIREFOX, "198.51.100.7")
    await person.login(CHROME, "203.0.113.77", known=first.device_token)
    assert await person.told() == []


async def test_place_is_forgotten_after_ninety_days(person: Person) -> None:
    await person.login()
    age = "UPDATE auth.user_sessions SET last_accessed_at = now() - interval '91 days'"
    await person.people.room.admin.execute(age)
    await person.login()
    assert len(await person.told()) == 1


async def test_session_ended_from_elsewhere_makes_no_place_known(person: Person) -> None:
    own = (await person.login(FIREFOX, "198.51.100.7")).tokens
    strange = (await person.login(CHROME, "203.0.113.77")).tokens
    assert len(await person.told()) == 1
    await person.revoke(own, strange.session_id)
    await person.login(CHROME, "203.0.113.77")
    assert len(await person.told()) == 1
    await person.stub.RevokeOtherSessions(pb.RevokeOtherSessionsRequest(), metadata=bearer(own))
    await person.login(CHROME, "203.0.113.77")
    assert len(await person.told()) == 1


async def test_place_one_signed_out_from_stays_known(person: Person) -> None:
    tokens = (await person.login()).tokens
    await person.stub.Logout(auth.LogoutRequest(), metadata=bearer(tokens))
    await person.login()
    assert await person.told() == []
