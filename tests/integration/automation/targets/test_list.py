"""The list of a member: what comes onto it, in which order it is told, what is taken off it."""

import asyncio

import pytest
from grpc import StatusCode
from inergize.automation.v1 import automation_targets_pb2 as pb

from services.automation.targets import domain
from tests.integration.automation.calls import refusal
from tests.integration.automation.targets.calls import Member
from tests.support.replies import error_info
from tests.support.rooms import RunningRoom

ADA, GRACE = "in/ada-lovelace", "in/grace-hopper"


async def test_who_is_brought_is_listed_as_the_table_says(member: Member) -> None:
    made = await member.bring_table(f"First Name,URL,Company\nAda,{ADA},Engines\nBad,x,\n")

    assert (made.imported_count, made.known_count) == (1, 0)
    assert [(one.line, bool(one.rule)) for one in made.problems] == [(3, True)]
    (ada,) = (await member.page()).targets
    assert (ada.target_linkedin_id, ada.first_name, ada.company) == (ADA, "Ada", "Engines")
    assert ada.state == pb.TARGET_STATE_PENDING
    assert not ada.HasField("stopped_time")


async def test_who_is_on_the_list_stays_as_they_are(member: Member) -> None:
    await member.bring(ADA)
    ada = (await member.targets())[ADA]
    await member.saw(ada.target_id, pb.TARGET_OUTCOME_REPLIED)

    again = await member.bring("https://www.linkedin.com/in/Ada-Lovelace/", GRACE, GRACE)

    assert (again.imported_count, again.known_count) == (1, 2)
    assert (await member.targets())[ADA].state == pb.TARGET_STATE_REPLIED


async def test_pages_hold_each_once_and_can_be_narrowed(member: Member) -> None:
    await member.bring(*(f"in/person-{n}" for n in range(7)))
    seen, token = [], ""
    while True:
        page = await member.page(page_size=3, page_token=token)
        seen += [one.target_linkedin_id for one in page.targets]
        token = page.next_page_token
        if not token:
            break
    assert sorted(seen) == [f"in/person-{n}" for n in range(7)]

    one = (await member.page()).targets[0]
    await member.saw(one.target_id, pb.TARGET_OUTCOME_ACCEPTED)
    accepted = await member.targets(state=pb.TARGET_STATE_ACCEPTED)
    assert list(accepted) == [one.target_linkedin_id]


async def test_removed_is_forgotten_but_for_who_it_was_and_may_come_back(member: Member) -> None:
    await member.bring_table(f"URL,Company\n{ADA},Engines\n")
    ada = (await member.targets())[ADA]
    planned = await member.plan(ADA)

    await member.remove(ada.target_id)
    await member.remove(ada.target_id)

    assert await member.targets() == {}
    removed = (await member.targets(state=pb.TARGET_STATE_REMOVED))[ADA]
    assert (removed.company, removed.stop_reason) == ("", "removed")
    assert await member.state_of(planned) == "skipped"
    refused = await refusal(member.saw(ada.target_id, pb.TARGET_OUTCOME_REPLIED))
    assert error_info(refused).reason == "ERROR_REASON_TARGET_NOT_FOUND"

    assert (await member.bring(ADA)).imported_count == 1
    back = (await member.targets())[ADA]
    assert (back.state, back.stop_reason) == (pb.TARGET_STATE_PENDING, "")


async def test_each_reaches_only_their_own(member: Member, room: RunningRoom) -> None:
    await member.bring(ADA)
    ada = (await member.targets())[ADA]
    other = Member(room, await room.make_user())

    for call in (
        other.remove(ada.target_id),
        other.saw(ada.target_id, pb.TARGET_OUTCOME_DECLINED),
    ):
        refused = await refusal(call)
        assert refused.code() is StatusCode.NOT_FOUND
    assert await other.targets() == {}
    assert (await member.targets())[ADA] == ada


async def test_a_table_without_people_names_what_is_missing(member: Member) -> None:
    refused = await refusal(member.bring_table("name\nAda\n"))
    assert refused.code() is StatusCode.INVALID_ARGUMENT
    assert error_info(refused).reason == "ERROR_REASON_TARGETS_UNREADABLE"
    assert error_info(refused).metadata["column"] == "URL"


async def test_ten_at_once_do_not_make_the_list_longer_than_it_may_be(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "MOST_TARGETS", 5)
    tables = [[f"in/person-{n}-{m}" for m in range(2)] for n in range(10)]

    outcomes = await asyncio.gather(
        *(member.bring(*table) for table in tables), return_exceptions=True
    )

    refused = [one for one in outcomes if isinstance(one, BaseException)]
    assert len(refused) == 8
    assert {error_info(one).reason for one in refused} == {"ERROR_REASON_TARGETS_FULL"}  # type: ignore[arg-type]
    assert len(await member.targets()) == 4
