"""Once a person has answered, nothing more is done for them."""

import asyncio
from itertools import permutations

import pytest
from inergize.automation.v1 import automation_targets_pb2 as pb

from tests.integration.automation.calls import Reader
from tests.integration.automation.targets.calls import Member

ADA, GRACE = "in/ada-lovelace", "in/grace-hopper"
ADDRESS = "https://www.linkedin.com/in/ada-lovelace"
ACCEPTED, REPLIED = pb.TARGET_OUTCOME_ACCEPTED, pb.TARGET_OUTCOME_REPLIED
DECLINED = pb.TARGET_OUTCOME_DECLINED
STATES = {
    ACCEPTED: (pb.TARGET_STATE_ACCEPTED, "accepted"),
    REPLIED: (pb.TARGET_STATE_REPLIED, "replied"),
    DECLINED: (pb.TARGET_STATE_DONE, "declined"),
}


@pytest.mark.parametrize("outcome", STATES)
async def test_what_the_member_saw_calls_off_what_is_planned(
    member: Member, reader: Reader, outcome: pb.TargetOutcome.ValueType
) -> None:
    await member.bring(ADA, GRACE)
    planned, queued = await member.plan(ADA), await member.plan(ADA, "queued")
    running, others = await member.plan(ADA, "claimed"), await member.plan(GRACE)

    made = await member.saw((await member.targets())[ADA].target_id, outcome)

    assert (made.target.state, made.target.stop_reason) == STATES[outcome]
    assert made.target.HasField("stopped_time")
    assert made.skipped_count == 2
    states = [await member.state_of(one) for one in (planned, queued, running, others)]
    assert states == ["skipped", "skipped", "claimed", "planned"]
    (event,) = (await reader.get(str(planned))).events
    assert (event.actor, event.detail_json) == ("user", f'{{"why":"{STATES[outcome][1]}"}}')


async def test_saying_it_again_changes_nothing_and_something_else_corrects_it(
    member: Member,
) -> None:
    await member.bring(ADA)
    target_id = (await member.targets())[ADA].target_id
    first = await member.saw(target_id, REPLIED)

    assert await member.saw(target_id, REPLIED) == first
    corrected = await member.saw(target_id, DECLINED)
    assert (corrected.target.state, corrected.target.stop_reason) == STATES[DECLINED]


async def test_what_linkedin_told_does_the_same(member: Member) -> None:
    await member.bring(ADA, GRACE)
    planned = await member.plan(ADA)

    told = await member.told(ADDRESS, REPLIED)

    assert (told.changed_count, told.skipped_count) == (1, 1)
    assert (await member.targets())[ADA].state == pb.TARGET_STATE_REPLIED
    assert (await member.targets())[GRACE].state == pb.TARGET_STATE_PENDING
    assert await member.state_of(planned) == "skipped"
    again = await member.told(ADDRESS, REPLIED)
    assert (again.changed_count, again.skipped_count) == (0, 0)


@pytest.mark.parametrize("order", list(permutations([ACCEPTED, REPLIED])))
async def test_an_answer_is_more_than_an_acceptance(
    member: Member, order: tuple[pb.TargetOutcome.ValueType, ...]
) -> None:
    """LinkedIn's log may tell them in any order."""
    await member.bring(ADA)
    for outcome in order:
        await member.told(ADDRESS, outcome)
    assert (await member.targets())[ADA].state == pb.TARGET_STATE_REPLIED


@pytest.mark.parametrize("said", [DECLINED, REPLIED])
async def test_the_members_own_word_stands(
    member: Member, said: pb.TargetOutcome.ValueType
) -> None:
    await member.bring(ADA)
    await member.saw((await member.targets())[ADA].target_id, said)
    assert (await member.told(ADDRESS, ACCEPTED)).changed_count == 0
    assert (await member.targets())[ADA].state == STATES[said][0]


@pytest.mark.parametrize("who", ["in/nobody-we-know", "urn:li:organization:5", "urn:li:share:1"])
async def test_who_is_on_no_list_changes_nothing(member: Member, who: str) -> None:
    await member.bring(ADA)
    told = await member.told(who, REPLIED)
    assert (told.changed_count, told.skipped_count) == (0, 0)
    assert (await member.targets())[ADA].state == pb.TARGET_STATE_PENDING


async def test_twenty_at_once_call_each_action_off_once(member: Member) -> None:
    await member.bring(ADA)
    target_id = (await member.targets())[ADA].target_id
    planned = [await member.plan(ADA) for _ in range(5)]

    seen, told = await asyncio.gather(
        asyncio.gather(*(member.saw(target_id, REPLIED) for _ in range(10))),
        asyncio.gather(*(member.told(ADDRESS, REPLIED) for _ in range(10))),
    )

    skipped = [one.skipped_count for one in seen] + [one.skipped_count for one in told]
    assert sum(skipped) == len(planned)
    assert {await member.state_of(one) for one in planned} == {"skipped"}
    events = await member.room.admin.fetchval(
        "SELECT count(*) FROM automation.automation_log_events"
    )
    assert events == len(planned)
