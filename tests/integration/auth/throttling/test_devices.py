"""A known device gets in while strangers' failures lock the account; it has few tries itself."""

from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth.devices.devices import MOST_PER_USER
from tests.integration.auth.conftest import People
from tests.integration.auth.throttling.conftest import HOME, SOMEWHERE, WRONG, Visitors, token_of
from tests.support.races import race, refusals

DEVICES = "SELECT count(*) FROM auth.known_devices"


async def owner(people: People, visitors: Visitors) -> tuple[str, str]:
    """A verified person's address, and the token of a device that has signed in."""
    email = people.new_email()
    await people.verified(email)
    return email, token_of(await visitors.login(email))


async def test_a_known_device_gets_into_a_locked_account(
    visitors: Visitors, people: People
) -> None:
    email, token = await owner(people, visitors)
    await visitors.fail(email, 12)
    assert await visitors.login(email) == "LOGIN_LOCKED"
    assert token_of(await visitors.login(email, device_token=token))


async def test_a_known_device_gets_in_from_a_network_that_is_refused(
    visitors: Visitors, people: People
) -> None:
    email, token = await owner(people, visitors)
    await people.room.admin.execute(
        "INSERT INTO auth.login_throttles (kind, key, failures, blocked_until)"
        " SELECT kind, key, 1e6, now() + interval '1 hour' FROM auth.login_throttles"
        " ON CONFLICT (kind, key) DO UPDATE SET blocked_until = excluded.blocked_until"
    )
    assert await visitors.login(email) == "LOGIN_LOCKED"
    assert token_of(await visitors.login(email, device_token=token))


async def test_a_known_devices_sign_in_leaves_strangers_locked_out(
    visitors: Visitors, people: People
) -> None:
    email, token = await owner(people, visitors)
    await visitors.fail(email, 10)
    token_of(await visitors.login(email, device_token=token))
    assert await visitors.login(email, WRONG, address=SOMEWHERE) == "LOGIN_LOCKED"


async def test_a_known_device_has_its_own_few_tries(visitors: Visitors, people: People) -> None:
    email, token = await owner(people, visitors)
    await visitors.fail(email, 5, address=HOME, device_token=token)
    row = await visitors.count("device")
    assert row["failures"] == 5
    assert row["wait"] > 800
    assert await visitors.login(email, device_token=token) == "LOGIN_LOCKED"
    # They are not counted against strangers, among them the owner's other devices.
    assert await visitors.count("account") is None
    assert token_of(await visitors.login(email))


async def test_a_device_is_known_to_its_own_account_only(
    visitors: Visitors, people: People
) -> None:
    _, token = await owner(people, visitors)
    victim = people.new_email()
    await people.verified(victim)
    await visitors.fail(victim, 10)
    assert await visitors.login(victim, device_token=token) == "LOGIN_LOCKED"
    assert await visitors.login("nobody@example.com", device_token=token) == "CREDENTIALS_INVALID"


async def test_a_made_up_token_is_a_strangers(visitors: Visitors, people: People) -> None:
    email, _ = await owner(people, visitors)
    await visitors.fail(email, 10)
    for made_up in ("x", "x" * 43, "x" * 200):
        assert await visitors.login(email, device_token=made_up) == "LOGIN_LOCKED"


async def test_each_sign_in_replaces_the_token_and_a_lost_answer_costs_nothing(
    visitors: Visitors, people: People
) -> None:
    email, first = await owner(people, visitors)
    second = token_of(await visitors.login(email, device_token=first))
    third = token_of(await visitors.login(email, device_token=first))  # `second` never arrived
    assert len({first, second, third}) == 3
    fourth = token_of(await visitors.login(email, device_token=third))
    await visitors.fail(email, 10)
    assert await visitors.login(email, device_token=first) == "LOGIN_LOCKED"
    assert token_of(await visitors.login(email, device_token=fourth))
    assert await people.room.admin.fetchval(DEVICES) == 1


async def test_a_device_that_stays_away_is_a_stranger(visitors: Visitors, people: People) -> None:
    email, token = await owner(people, visitors)
    await visitors.fail(email, 10)
    await visitors.admin.execute("UPDATE auth.known_devices SET expires_at = now()")
    assert await visitors.login(email, device_token=token) == "LOGIN_LOCKED"


async def test_devices_kept_are_those_used_last(visitors: Visitors, people: People) -> None:
    email, first = await owner(people, visitors)
    for _ in range(MOST_PER_USER):
        token_of(await visitors.login(email))
    assert await people.room.admin.fetchval(DEVICES) == MOST_PER_USER
    await visitors.fail(email, 10)
    assert await visitors.login(email, device_token=first) == "LOGIN_LOCKED"


async def test_parallel_guesses_on_a_device_are_counted_first(
    visitors: Visitors, people: People
) -> None:
    email, token = await owner(people, visitors)
    request = pb.LoginRequest(email=email, password=WRONG, device_token=token)
    answers = await race(50, lambda: people.stub.Login(request))
    assert 1 <= refusals(answers)["ERROR_REASON_CREDENTIALS_INVALID"] <= 3


async def test_tokens_are_stored_hashed(visitors: Visitors, people: People) -> None:
    _, token = await owner(people, visitors)
    rows = await people.room.admin.fetch("SELECT t::text FROM auth.known_devices AS t")
    assert not any(token in row["t"] or token.encode().hex() in row["t"] for row in rows)
