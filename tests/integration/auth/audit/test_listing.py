"""What users and administrators read in the log."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from inergize.auth.v1 import auth_audit_pb2 as pb
from inergize.auth.v1 import auth_pb2

from services.auth.audit.events import note
from tests.integration.auth.conftest import People, bearer, refusal
from tests.integration.auth.oversight import Admin, Metadata, current_user
from tests.support.replies import error_info
from tests.support.work import Work

Events = list[auth_pb2.AuditEvent]


async def page(people: People, metadata: Metadata, **fields: Any) -> pb.ListAuditEventsResponse:
    request = pb.ListAuditEventsRequest(**fields)
    reply: pb.ListAuditEventsResponse = await people.stub.ListAuditEvents(
        request, metadata=metadata
    )
    return reply


async def pages(people: People, metadata: Metadata, **fields: Any) -> list[Events]:
    found, token = [], ""
    while True:
        reply = await page(people, metadata, page_token=token, **fields)
        found.append(list(reply.events))
        token = reply.next_page_token
        if not token:
            return found


@pytest.fixture
async def person(people: People) -> tuple[UUID, Metadata]:
    metadata = bearer(await people.signed_in())
    return UUID((await current_user(people, metadata)).user_id), metadata


async def test_users_read_what_happened_to_their_account(
    people: People, person: tuple[UUID, Metadata]
) -> None:
    user_id, metadata = person
    await people.register()  # somebody else's

    events = (await page(people, metadata)).events

    assert [event.audit_event_id for event in events] == sorted(
        (event.audit_event_id for event in events), reverse=True
    )
    assert {event.user_id for event in events} == {str(user_id)}
    assert {"users.insert", "users.update", "user_sessions.insert"} <= {e.event for e in events}
    assert len({event.subject for event in events}) == 1
    text = "".join(event.details_json for event in events)
    assert "argon2" not in text
    assert "[redacted]" in text


async def test_entry_tells_what_changed(people: People, person: tuple[UUID, Metadata]) -> None:
    user_id, metadata = person
    await people.room.admin.execute("UPDATE auth.users SET first_name='Eve' WHERE id=$1", user_id)

    (event,) = (await page(people, metadata, page_size=1)).events

    assert (event.event, list(event.changed)) == ("users.update", ["first_name"])
    assert json.loads(event.details_json) == {
        "old": {"first_name": "Ada"},
        "new": {"first_name": "Eve"},
    }


async def test_security_event_is_read_by_its_name(
    people: People, person: tuple[UUID, Metadata]
) -> None:
    user_id, metadata = person
    async with people.room.given.db.transaction() as tx:
        await note(tx, "code_refused", user_id, {"method": "totp"})

    (event,) = (await page(people, metadata, events=["code_refused"])).events

    assert json.loads(event.details_json) == {"method": "totp"}


async def test_pages_follow_each_other_without_gap_or_repeat(
    people: People, person: tuple[UUID, Metadata]
) -> None:
    user_id, metadata = person
    async with people.room.given.db.transaction() as tx:
        for number in range(7):  # all of one time: the number decides
            await note(tx, "tried", user_id, {"number": number})

    found = await pages(people, metadata, page_size=3, events=["tried"])

    assert [len(one) for one in found] == [3, 3, 1]
    numbers = [json.loads(event.details_json)["number"] for one in found for event in one]
    assert numbers == [6, 5, 4, 3, 2, 1, 0]


async def test_times_bound_the_list(people: People, person: tuple[UUID, Metadata]) -> None:
    _, metadata = person
    now, soon = Timestamp(), Timestamp()
    now.FromDatetime(datetime.now(UTC) - timedelta(minutes=1))
    soon.FromDatetime(datetime.now(UTC) + timedelta(minutes=1))

    everything = await page(people, metadata, from_time=now, until_time=soon)

    assert len(everything.events) > 2
    assert not (await page(people, metadata, from_time=soon)).events
    assert not (await page(people, metadata, until_time=now)).events


async def test_token_is_good_for_its_user_and_list_only(
    people: People, person: tuple[UUID, Metadata], administrator: Admin
) -> None:
    _, metadata = person
    token = (await page(people, metadata, page_size=1)).next_page_token
    assert token

    refused = await refusal(page(people, administrator.metadata, page_token=token))

    assert refused.code() is grpc.StatusCode.INVALID_ARGUMENT
    refused = await refusal(administrator.events(page_token=token))
    assert error_info(refused).reason == "ERROR_REASON_PAGE_TOKEN_INVALID"


async def test_user_is_not_shown_which_administrator_acted_nor_why(
    people: People, person: tuple[UUID, Metadata], administrator: Admin
) -> None:
    user_id, metadata = person
    await administrator.get(user_id)
    await administrator.reinstate(user_id, "a colleague asked for it")

    events = (await page(people, metadata, events=["user_read", "user_reinstated"])).events

    assert [event.actor for event in events] == ["admin", "admin"]
    assert [event.details_json for event in events] == ["{}", "{}"]
    text = str(events)
    assert str(administrator.user_id) not in text


async def test_own_acts_are_shown_as_ones_own(
    people: People, person: tuple[UUID, Metadata]
) -> None:
    user_id, metadata = person
    async with people.room.given.db.transaction() as tx:
        await tx.execute("SELECT set_config('inergize.actor', $1, true)", f"user:{user_id}")
        await note(tx, "tried", user_id)

    (event,) = (await page(people, metadata, events=["tried"])).events

    assert event.actor == f"user:{user_id}"


async def test_administrators_read_everybodys_and_who_acted(
    people: People, person: tuple[UUID, Metadata], administrator: Admin
) -> None:
    user_id, _ = person
    await administrator.reinstate(user_id, "a mistake")

    (event,) = (await administrator.events(user_id=str(user_id), events=["user_reinstated"])).events

    assert event.actor == f"user:{administrator.user_id}"
    assert json.loads(event.details_json) == {"reason": "a mistake"}
    users = {event.user_id for event in (await administrator.events()).events}
    assert {str(user_id), str(administrator.user_id)} <= users


async def test_pages_of_all_events_follow_each_other(administrator: Admin, people: People) -> None:
    for _ in range(3):
        await people.register()
    whole = [event.audit_event_id for event in (await administrator.events()).events]

    reply = await administrator.events(page_size=4)
    found = [event.audit_event_id for event in reply.events]
    while token := reply.next_page_token:
        reply = await administrator.events(page_size=4, page_token=token)
        found += [event.audit_event_id for event in reply.events]

    # That the whole was read has become the newest entry; reading pages does not move them.
    assert found[0] > whole[0]
    assert found[1:] == whole
    assert len(found) > 4


async def test_reading_is_recorded(
    people: People, person: tuple[UUID, Metadata], administrator: Admin
) -> None:
    user_id, metadata = person
    await administrator.events(user_id=str(user_id))
    await administrator.verify()

    assert (await page(people, metadata, events=["audit_read"])).events
    own = await page(people, administrator.metadata, events=["audit_checked"])
    assert own.events


async def test_reading_about_nobody_names_nobody(administrator: Admin, people: People) -> None:
    unknown = UUID(int=5)

    await administrator.events(user_id=str(unknown))

    named = await people.room.admin.fetchval(
        "SELECT count(*) FROM auth.audit_subjects WHERE user_id = $1", unknown
    )
    assert named == 0


@pytest.mark.parametrize("role", ["member", "support"])
async def test_others_may_not_read_everybodys(
    people: People, person: tuple[UUID, Metadata], administrator: Admin, role: str
) -> None:
    user_id, metadata = person
    await people.room.admin.execute("UPDATE auth.users SET role = $2 WHERE id = $1", user_id, role)
    administrator.metadata = metadata

    for call in (administrator.events(), administrator.verify()):
        assert (await refusal(call)).code() is grpc.StatusCode.PERMISSION_DENIED


async def test_user_is_not_shown_why_the_machine_s_commands_acted_either(
    people: People, person: tuple[UUID, Metadata]
) -> None:
    user_id, metadata = person
    async with people.room.given.db.transaction() as tx:
        await tx.execute("SELECT set_config('inergize.actor', 'svc:stack', true)")
        await note(tx, "user_reinstated", user_id, {"reason": "Bob of support was wrong"})

    (event,) = (await page(people, metadata, events=["user_reinstated"])).events

    assert (event.actor, event.details_json) == ("admin", "{}")


async def test_archive_tells_no_more_of_administrators_than_the_list(
    people: People, person: tuple[UUID, Metadata], administrator: Admin
) -> None:
    user_id, _ = person
    await administrator.reinstate(user_id, "a colleague asked for it")
    async with people.room.given.db.transaction() as tx:
        await tx.execute("SELECT set_config('inergize.actor', $1, true)", f"user:{user_id}")
        await note(tx, "tried", user_id, {"reason": "own"})
    pseudonym = await people.room.admin.fetchval(
        "SELECT subject FROM auth.audit_subjects WHERE user_id = $1", administrator.user_id
    )

    log = (await Work(people.room).export(user_id))["audit_log"]

    told = {row["new_data"]["event"]: row for row in log if row["table_name"] == "security"}
    assert (told["user_reinstated"]["actor"], told["user_reinstated"]["new_data"]) == (
        "admin",
        {"event": "user_reinstated"},
    )
    assert told["tried"]["actor"] == f"user:{user_id}"
    assert told["tried"]["new_data"] == {"event": "tried", "reason": "own"}
    assert str(pseudonym) not in json.dumps(log)
    assert "colleague" not in json.dumps(log)
