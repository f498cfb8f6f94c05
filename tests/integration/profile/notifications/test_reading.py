"""Notifications: told once, listed, marked as read, and nobody else's."""

import json
from uuid import uuid4

import grpc
import pytest
from inergize.profile.v1 import profile_notifications_pb2 as pb

from tests.integration.profile.notifications.conftest import MakeReader, Reader
from tests.support.races import race, winners
from tests.support.replies import error_info
from tests.support.work import run_periodic


async def test_what_a_service_tells_is_listed_in_the_words_of_its_kind(reader: Reader) -> None:
    await reader.told("account_paused", data={"reason": "LinkedIn warned you"})

    [told] = (await reader.list()).notifications

    assert told.kind == "account_paused"
    assert told.severity == pb.NOTIFICATION_SEVERITY_CRITICAL
    assert told.title == "Your account's activity is paused"
    assert "LinkedIn warned you" in told.body
    assert not told.HasField("read_time")


async def test_what_postgresql_cannot_keep_is_left_out(reader: Reader) -> None:
    await reader.told(data={"reason": 'it said \0\ud7ff\n"no"'})
    [told] = (await reader.list()).notifications
    assert told.data["reason"] == 'it said \ud7ff\n"no"'


async def test_programs_are_told_too(reader: Reader) -> None:
    await reader.room.admin.execute(
        """INSERT INTO profile.webhooks
                  (user_id, url, host, event_types, secret_ct, secret_nonce, secret_key_id)
           VALUES ($1, 'https://hooks.example/', 'hooks.example', '{notification.created}',
                   'x', 'twelve bytes', 'k')""",
        reader.user_id,
    )
    for _ in range(2):
        await reader.told("account_paused", dedupe_key="one", data={"reason": "a test"})

    [told] = (await reader.list()).notifications
    payload = await reader.room.admin.fetchval(
        "SELECT payload::text FROM profile.webhook_deliveries"
    )
    event = json.loads(payload)
    assert event["type"] == "notification.created"
    assert event["data"] == {
        "notification_id": told.notification_id,
        "kind": "account_paused",
        "severity": "critical",
        "title": told.title,
        "body": told.body,
        "data": {"reason": "a test"},
    }


async def test_the_same_at_once_is_told_once(reader: Reader) -> None:
    outcomes = await race(10, lambda: reader.told(dedupe_key="pause 1"))
    assert len(winners(outcomes)) == 10
    await reader.told(dedupe_key="pause 2")

    assert len((await reader.list()).notifications) == 2


async def test_pages_and_filters(reader: Reader) -> None:
    for kind in ("account_paused", "published", "publish_failed", "published"):
        await reader.told(kind)
    first = await reader.list(page_size=3)
    second = await reader.list(page_size=3, page_token=first.next_page_token)
    everything = [*first.notifications, *second.notifications]

    assert [one.kind for one in everything] == [
        "published",
        "publish_failed",
        "published",
        "account_paused",
    ]
    assert not second.next_page_token
    assert first.unread_count == 4
    published = await reader.list(kinds=["published"])
    assert [one.kind for one in published.notifications] == ["published", "published"]
    await reader.mark(everything[0].notification_id)
    unread = await reader.list(is_unread_only=True)
    assert list(unread.notifications) == everything[1:]
    assert unread.unread_count == 3


async def test_marking_twice_at_once_counts_once(reader: Reader) -> None:
    for _ in range(5):
        await reader.told()
    listed = (await reader.list()).notifications
    ids = [one.notification_id for one in listed]

    outcomes = await race(6, lambda: reader.mark(*ids))
    by_time = await reader.mark(up_to_time=listed[0].created_time)

    assert sum(reply.marked_count for reply in winners(outcomes)) == 5
    assert (by_time.marked_count, by_time.unread_count) == (0, 0)


async def test_marking_up_to_a_time_leaves_what_came_later(reader: Reader) -> None:
    await reader.told()
    shown = (await reader.list()).notifications[0]
    await reader.told()

    marked = await reader.mark(up_to_time=shown.created_time)

    assert (marked.marked_count, marked.unread_count) == (1, 1)


async def test_other_users_notifications_do_not_exist(make_reader: MakeReader) -> None:
    reader, other = await make_reader(), await make_reader()
    await other.told()
    [theirs] = (await other.list()).notifications
    await reader.told()
    [own] = (await reader.list()).notifications

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await reader.mark(own.notification_id, theirs.notification_id)

    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    assert (await reader.list()).unread_count == 1
    assert (await other.list()).unread_count == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "greeting"}, "ERROR_REASON_NOTIFICATION_KIND"),
        ({"data": {}}, "ERROR_REASON_INVALID_REQUEST"),
        ({"user_id": str(uuid4())}, "ERROR_REASON_USER_NOT_FOUND"),
    ],
)
async def test_what_cannot_be_told_is_refused(
    reader: Reader, fields: dict[str, object], reason: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await reader.told(**fields)  # type: ignore[arg-type]
    assert error_info(refused.value).reason == reason


async def test_marking_needs_ids_or_a_time(reader: Reader) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await reader.mark()
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_what_is_over_goes(reader: Reader) -> None:
    for _ in range(3):
        await reader.told()
    read, _, old = (await reader.list()).notifications
    await reader.mark(read.notification_id)
    # 91 days go by; one of them was half a year old already.
    await reader.room.admin.execute(
        "UPDATE profile.notifications SET expires_at = expires_at - interval '91 days'"
    )
    await reader.room.admin.execute(
        "UPDATE profile.notifications SET expires_at = now() - interval '1 s' WHERE id = $1",
        old.notification_id,
    )

    await run_periodic(reader.room, "forget_notifications")

    [left] = (await reader.list()).notifications
    assert left.notification_id not in {read.notification_id, old.notification_id}
