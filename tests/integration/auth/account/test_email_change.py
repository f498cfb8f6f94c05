"""An account moves to another address only when both addresses agree."""

import asyncpg
import pytest
from grpc import StatusCode

from tests.integration.auth.account.conftest import MakeOwner, Owner, mails
from tests.integration.auth.conftest import PASSWORD, People, refusal
from tests.support.races import race, refusals, winners
from tests.support.replies import error_info, retry_seconds
from tests.support.work import run_periodic

PRESENT, NEW, TAKEN = "change_email_present", "change_email_new", "change_email_taken"
INVALID = "ERROR_REASON_TOKEN_INVALID"


async def _begun(owner: Owner, new_email: str) -> dict[str, str]:
    """Begin a change and return the mailed tokens by template."""
    await owner.change_email(new_email)
    return {name: token for name, (_, token) in mails(await owner.people.messages()).items()}


async def _moved_back(admin: asyncpg.Connection, interval: str) -> None:
    await admin.execute(
        "UPDATE auth.one_time_tokens SET created_at = created_at - $1::text::interval", interval
    )


@pytest.mark.parametrize("order", [(PRESENT, NEW), (NEW, PRESENT)])
async def test_second_confirmation_changes_the_address(
    owner: Owner, people: People, order: tuple[str, str]
) -> None:
    other_session = await owner.another_session()
    await people.messages()
    new_email = people.new_email()
    await owner.change_email(new_email)
    sent = mails(await people.messages())
    assert {name: to for name, (to, _) in sent.items()} == {PRESENT: owner.email, NEW: new_email}
    assert (await owner.read()).pending_email == new_email

    assert [await owner.confirm(sent[side][1]) for side in order] == [False, True]

    user = await owner.read()
    assert (user.email, user.pending_email, user.is_verified) == (new_email, "", True)
    told = [m.payload["to"] for m in await people.messages()]
    assert sorted(told) == sorted([owner.email, new_email])
    ended = await refusal(people.refresh(other_session.refresh_token))
    assert error_info(ended).reason == "ERROR_REASON_SESSION_ENDED"
    assert await people.login(new_email, PASSWORD)
    await refusal(people.login(owner.email, PASSWORD))


async def test_one_side_is_not_enough_however_often_it_is_shown(
    owner: Owner, people: People
) -> None:
    tokens = await _begun(owner, people.new_email())
    assert not await owner.confirm(tokens[NEW])
    again = await refusal(owner.confirm(tokens[NEW]))
    assert error_info(again).reason == INVALID
    assert (await owner.read()).email == owner.email


async def test_nobody_confirms_for_another(
    make_owner: MakeOwner, owner: Owner, people: People
) -> None:
    """Nor is the token spent by trying."""
    stranger = await make_owner()
    tokens = await _begun(owner, people.new_email())
    refused = await refusal(stranger.confirm(tokens[PRESENT]))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused).reason == INVALID
    assert [await owner.confirm(tokens[side]) for side in (PRESENT, NEW)] == [False, True]


async def test_rival_for_an_address_does_not_use_the_others_half(
    make_owner: MakeOwner, owner: Owner, people: People
) -> None:
    rival, wanted = await make_owner(), people.new_email()
    mine = await _begun(owner, wanted)
    theirs = await _begun(rival, wanted)
    refused = await refusal(rival.confirm(mine[NEW]))
    assert error_info(refused).reason == INVALID
    assert not await rival.confirm(theirs[PRESENT])
    assert [await owner.confirm(mine[side]) for side in (PRESENT, NEW)] == [False, True]


async def test_taken_address_looks_the_same_and_its_owner_is_told(
    make_owner: MakeOwner, owner: Owner, people: People
) -> None:
    holder = await make_owner()
    await owner.change_email(holder.email.upper())
    sent = mails(await people.messages())
    assert {name: to for name, (to, _) in sent.items()} == {
        PRESENT: owner.email,
        TAKEN: holder.email,
    }
    assert sent[TAKEN][1] == "", "no token goes to somebody else"
    assert (await owner.read()).pending_email == holder.email.upper()
    assert not await owner.confirm(sent[PRESENT][1])
    assert (await owner.read()).email == owner.email


async def test_of_two_who_want_one_address_the_first_gets_it(
    make_owner: MakeOwner, owner: Owner, people: People
) -> None:
    rival, wanted = await make_owner(), people.new_email()
    mine = await _begun(owner, wanted)
    theirs = await _begun(rival, wanted.upper())
    await owner.confirm(mine[PRESENT])
    await rival.confirm(theirs[PRESENT])
    confirmations = iter([(owner, mine[NEW]), (rival, theirs[NEW])])

    async def confirm() -> bool:
        who, token = next(confirmations)
        return await who.confirm(token)

    outcomes = await race(2, confirm)
    assert winners(outcomes) == [True]
    assert refusals(outcomes) == {INVALID: 1}
    emails = {(await one.read()).email.lower() for one in (owner, rival)}
    assert len(emails & {wanted.lower()}) == 1


async def test_of_many_confirmations_with_one_token_one_counts(
    owner: Owner, people: People
) -> None:
    tokens = await _begun(owner, people.new_email())
    await owner.confirm(tokens[PRESENT])
    outcomes = await race(30, lambda: owner.confirm(tokens[NEW]))
    assert winners(outcomes) == [True]
    assert refusals(outcomes) == {INVALID: 29}


async def test_present_address_calls_a_change_off(owner: Owner, people: People) -> None:
    tokens = await _begun(owner, people.new_email())
    await owner.confirm(tokens[PRESENT])
    await owner.change_email(owner.email.upper())
    assert (await owner.read()).pending_email == ""
    assert await people.messages() == []
    refused = await refusal(owner.confirm(tokens[NEW]))
    assert error_info(refused).reason == INVALID
    assert (await owner.read()).email == owner.email


async def test_newer_change_makes_the_older_worthless(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    """Half of the one and half of the other are no whole."""
    older = await _begun(owner, people.new_email())
    assert not await owner.confirm(older[PRESENT])
    await _moved_back(admin, "2 hours")
    newer = await _begun(owner, people.new_email())
    assert not await owner.confirm(newer[NEW])
    refused = await refusal(owner.confirm(older[NEW]))
    assert error_info(refused).reason == INVALID
    assert await owner.confirm(newer[PRESENT])


async def test_changes_are_begun_ever_more_slowly(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    await owner.change_email(people.new_email())
    too_soon = await refusal(owner.change_email(people.new_email()))
    assert too_soon.code() is StatusCode.RESOURCE_EXHAUSTED
    assert error_info(too_soon).reason == "ERROR_REASON_TOO_MANY_REQUESTS"
    assert 50 < retry_seconds(too_soon) <= 60
    await _moved_back(admin, "10 minutes")
    await owner.change_email(people.new_email())
    again = await refusal(owner.change_email(people.new_email()))
    assert 590 < retry_seconds(again) <= 610
    await owner.change_email(owner.email)  # calling off is always possible


async def test_tokens_in_the_former_mailbox_stop_working(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    await admin.execute(
        "INSERT INTO auth.one_time_tokens"
        " (user_id, purpose, token_hash, hash_key_id, bound_to, expires_at)"
        " VALUES ($1, 'reset_password', 'hash', 'h1', $2, now() + interval '1 hour')",
        owner.user_id,
        owner.email,
    )
    tokens = await _begun(owner, people.new_email())
    for side in (PRESENT, NEW):
        await owner.confirm(tokens[side])
    used = "SELECT used_at FROM auth.one_time_tokens WHERE purpose = 'reset_password'"
    assert await admin.fetchval(used) is not None


async def test_abandoned_registration_gives_its_address_up(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    squatted = people.new_email()
    await people.register(squatted)
    await people.messages()
    await admin.execute(
        "UPDATE auth.users SET created_at = now() - interval '3 days' WHERE email = $1", squatted
    )
    await admin.execute(
        "UPDATE auth.one_time_tokens SET expires_at = now() WHERE bound_to = $1", squatted
    )
    tokens = await _begun(owner, squatted)
    assert [await owner.confirm(tokens[side]) for side in (PRESENT, NEW)] == [False, True]


async def test_what_happened_is_recorded_without_the_whole_address(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    new_email = people.new_email()
    tokens = await _begun(owner, new_email)
    for side in (PRESENT, NEW):
        await owner.confirm(tokens[side])
    rows = await admin.fetch(
        "SELECT new_data::text AS said FROM auth.audit_log"
        " WHERE table_name = 'security' AND user_id = $1",
        owner.user_id,
    )
    said = "".join(row["said"] for row in rows)
    assert '"email_change_asked"' in said
    assert '"email_changed"' in said
    assert new_email not in said


async def test_change_that_nobody_completes_is_forgotten(
    owner: Owner, make_owner: MakeOwner, people: People, admin: asyncpg.Connection
) -> None:
    other = await make_owner()
    await _begun(owner, people.new_email())
    half = await _begun(other, people.new_email())
    await other.confirm(half[PRESENT])
    await admin.execute(
        "UPDATE auth.one_time_tokens SET expires_at = now() WHERE user_id = $1", owner.user_id
    )
    await run_periodic(people.room, "forget_lapsed_changes")
    assert (await owner.read()).pending_email == ""
    assert (await other.read()).pending_email, "its other half is still good"
    assert await other.confirm(half[NEW])
