"""An account ends two weeks after that was asked for, unless it is taken back."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from grpc import StatusCode
from inergize.auth.v1 import auth_internal_service_pb2 as internal_pb
from inergize.auth.v1 import auth_service_pb2

from services.auth.__main__ import build
from services.auth.audit.events import note
from services.kernel.outbox import Message
from tests.integration.auth.account.conftest import MakeOwner, Owner, mails
from tests.integration.auth.conftest import PASSWORD, People, bearer, refusal
from tests.support.replies import error_info
from tests.support.rooms import RunningRoom
from tests.support.s3 import running_s3
from tests.support.waiting import eventually
from tests.support.work import run_periodic

OPERATIONS = Path(__file__).resolve().parents[4] / "docs" / "operations.md"
NOT_PENDING = "ERROR_REASON_DELETION_NOT_PENDING"
WAITING = """SELECT count(*) FROM pg_stat_activity
              WHERE wait_event_type = 'Lock' AND query ~ 'audit_erase'"""


@pytest.fixture
async def room(start_room: Any) -> Any:
    """Auth with a store for files: an erasure looks into it."""
    async with running_s3() as (s3, _):
        yield await start_room("auth", build, s3=s3)


async def _two_weeks_ago(admin: asyncpg.Connection, user_id: UUID) -> None:
    await admin.execute(
        "UPDATE auth.users SET erase_requested_at = now() - interval '14 days' WHERE id = $1",
        user_id,
    )


async def _begin_due(people: People) -> list[Message]:
    """Let what is due begin; returns what workers are told."""
    await run_periodic(people.room, "begin_erasures")
    return await people.messages("erase_account")


async def _finish(room: RunningRoom, internal: Any, user_id: UUID) -> None:
    request = internal_pb.FinishErasureRequest(user_id=str(user_id))
    await internal.FinishErasure(request, metadata=room.as_service("workers"))


async def test_asking_ends_other_sessions_and_mails_the_date(owner: Owner, people: People) -> None:
    other = await owner.another_session()
    await people.messages()
    erasure_at = (await owner.delete()).ToDatetime(tzinfo=UTC)
    assert timedelta(days=13.9) < erasure_at - datetime.now(UTC) <= timedelta(days=14)

    [mail] = await people.messages()
    assert (mail.payload["template"], mail.payload["to"]) == (
        "account_deletion_requested",
        owner.email,
    )
    assert mail.payload["params"]["erasure_time"] == f"{erasure_at:%Y-%m-%d %H:%M} UTC"
    assert (await owner.read()).erasure_time.ToDatetime(tzinfo=UTC) == erasure_at
    ended = await refusal(people.refresh(other.refresh_token))
    assert error_info(ended).reason == "ERROR_REASON_SESSION_ENDED"


async def test_asking_again_changes_nothing(owner: Owner, people: People) -> None:
    first = await owner.delete()
    later = await owner.another_session()
    await people.messages()
    assert await owner.delete() == first
    assert await people.messages() == []
    assert await people.refresh(later.refresh_token)


async def test_etag_of_an_older_state_is_refused(owner: Owner) -> None:
    etag = (await owner.read()).etag
    await owner.change_email("somewhere@example.com")
    refused = await refusal(owner.delete(etag))
    assert error_info(refused).reason == "ERROR_REASON_ETAG_MISMATCH"
    assert not (await owner.read()).HasField("erasure_time")


async def test_taking_back_keeps_the_account(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    await owner.delete()
    await people.messages()
    await owner.cancel_deletion()
    assert list(mails(await people.messages())) == ["account_deletion_cancelled"]
    assert not (await owner.read()).HasField("erasure_time")
    assert await _begin_due(people) == []
    refused = await refusal(owner.cancel_deletion())
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused).reason == NOT_PENDING


async def test_nothing_begins_before_its_time(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    await owner.delete()
    await admin.execute(
        "UPDATE auth.users SET erase_requested_at = now() - interval '13 days 23 hours 59 minutes'"
    )
    assert await _begin_due(people) == []
    assert (await owner.read()).user_id


async def test_in_time_the_account_is_switched_off_and_workers_are_told_in_secret(
    owner: Owner, make_owner: MakeOwner, people: People, admin: asyncpg.Connection
) -> None:
    other = await make_owner()
    await owner.delete()
    await _two_weeks_ago(admin, owner.user_id)

    [message] = await _begin_due(people)

    assert (message.user_id, message.payload, message.secret) == (None, {}, str(owner.user_id))
    row = await admin.fetchval("SELECT o::text FROM auth.outbox o WHERE topic = 'erase_account'")
    assert str(owner.user_id) not in row
    await refusal(people.login(owner.email, PASSWORD))
    await refusal(people.refresh(owner.tokens.refresh_token))
    assert (await other.read()).user_id == str(other.user_id)
    assert await _begin_due(people) == [], "once is enough"


async def test_of_many_schedulers_one_begins(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    await owner.delete()
    await _two_weeks_ago(admin, owner.user_id)
    await run_periodic(people.room, "begin_erasures", at_once=5)
    assert len(await people.messages("erase_account")) == 1


async def test_suspended_account_is_erased_all_the_same(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    await owner.delete()
    await _two_weeks_ago(admin, owner.user_id)
    await admin.execute("UPDATE auth.users SET is_active = false")
    assert [m.secret for m in await _begin_due(people)] == [str(owner.user_id)]


async def test_erasure_that_never_ended_is_begun_again(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    await owner.delete()
    await _two_weeks_ago(admin, owner.user_id)
    await _begin_due(people)
    await admin.execute("UPDATE auth.users SET erasure_began_at = now() - interval '7 hours'")
    assert [m.secret for m in await _begin_due(people)] == [str(owner.user_id)]


async def test_account_whose_time_has_not_come_is_not_erased(
    owner: Owner, room: RunningRoom, internal: Any
) -> None:
    await owner.delete()
    refused = await refusal(_finish(room, internal, owner.user_id))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused).reason == NOT_PENDING
    assert (await owner.read()).user_id


async def test_finishing_leaves_nothing_and_may_be_repeated(
    owner: Owner, people: People, room: RunningRoom, internal: Any, admin: asyncpg.Connection
) -> None:
    await owner.delete()
    await _two_weeks_ago(admin, owner.user_id)
    await _begin_due(people)
    for _ in range(2):
        await _finish(room, internal, owner.user_id)

    assert await admin.fetchval("SELECT count(*) FROM auth.users") == 0
    assert await admin.fetchval("SELECT count(*) FROM auth.audit_subjects") == 0
    keys = [key async for key in room.given.redis.scan_iter(f"*{owner.user_id}*")]
    assert keys == []
    told = await admin.fetch(
        "SELECT new_data ->> 'event' AS event FROM auth.audit_log WHERE new_data IS NOT NULL"
    )
    assert [row["event"] for row in told] == ["account_erased"]
    await _finish(room, internal, uuid4())  # whoever was never there is gone as well


async def test_second_look_follows_once(
    owner: Owner, people: People, room: RunningRoom, internal: Any, admin: asyncpg.Connection
) -> None:
    """What was under way in another process may be written after the erasure."""
    await owner.delete()
    await _two_weeks_ago(admin, owner.user_id)
    await _begin_due(people)
    for _ in range(2):
        await _finish(room, internal, owner.user_id)
    waiting = "SELECT available_at - now() FROM auth.outbox WHERE lease_until IS NULL"
    [row] = await admin.fetch(waiting)
    assert timedelta(minutes=14) < row[0] <= timedelta(minutes=15)
    await admin.execute("UPDATE auth.outbox SET available_at = now() WHERE lease_until IS NULL")
    assert [m.secret for m in await people.messages("erase_account")] == [str(owner.user_id)]


async def test_what_is_recorded_while_the_erasure_ends_is_forgotten_too(
    owner: Owner, people: People, room: RunningRoom, internal: Any, admin: asyncpg.Connection
) -> None:
    await owner.delete()
    await _two_weeks_ago(admin, owner.user_id)
    await _begin_due(people)
    async with room.given.db.transaction() as slow:
        await note(slow, "user_read", owner.user_id, {"about": "Ada"})
        ending = asyncio.create_task(_finish(room, internal, owner.user_id))
        await eventually(lambda: admin.fetchval(WAITING))
    await ending

    left = "SELECT count(*) FROM auth.audit_log WHERE user_id = $1 OR new_data::text ~ 'Ada'"
    assert await admin.fetchval(left, owner.user_id) == 0


async def test_address_is_free_again(
    owner: Owner, people: People, room: RunningRoom, internal: Any, admin: asyncpg.Connection
) -> None:
    await owner.delete()
    await _two_weeks_ago(admin, owner.user_id)
    await _begin_due(people)
    await _finish(room, internal, owner.user_id)
    again = await people.verified(owner.email)
    assert again != owner.user_id
    tokens = await people.login(owner.email)
    me = auth_service_pb2.GetCurrentUserRequest()
    assert await people.stub.GetCurrentUser(me, metadata=bearer(tokens))


async def test_account_that_a_backup_brings_back_is_erased_by_its_pseudonym(
    owner: Owner, make_owner: MakeOwner, people: People, admin: asyncpg.Connection
) -> None:
    """By the statement that docs/operations.md tells to run."""
    await make_owner()
    statement = re.findall(r"```sql\n(.*?)```", OPERATIONS.read_text(), re.DOTALL)[0]
    pseudonym = await admin.fetchval(
        "SELECT subject FROM auth.audit_subjects WHERE user_id = $1", owner.user_id
    )
    await admin.execute(statement.replace(str(UUID(int=0)), str(pseudonym)))
    assert [m.secret for m in await _begin_due(people)] == [str(owner.user_id)]
