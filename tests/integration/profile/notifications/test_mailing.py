"""Mailed notifications, by a real SMTP conversation: at once, in digests, no more on a click."""

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.api.httpbody_pb2 import HttpBody
from inergize.profile.v1 import profile_notification_mails_pb2 as mails
from inergize.profile.v1 import profile_pb2
from inergize.profile.v1 import profile_preferences_pb2 as preferences

from tests.integration.profile.notifications.conftest import Reader
from tests.support.post_office import PostOffice, post_office
from tests.support.replies import error_info
from tests.support.work import run_periodic
from workers.actors.notifications import _mail
from workers.errors import RefusedError


@pytest_asyncio.fixture
async def office(reader: Reader) -> Any:
    async with post_office(reader.room) as served:
        yield served


async def prefer(reader: Reader, **fields: Any) -> None:
    request = preferences.UpdatePreferencesRequest(
        preferences=preferences.PreferencesChange(**fields)
    )
    await reader.stub.UpdatePreferences(request, metadata=reader.metadata)


async def deliver(office: PostOffice, topic: str) -> int:
    """Mail what can be mailed now; how many messages there were."""
    deliveries = await office.waiting(topic)
    for delivery in deliveries:
        await _mail(office.open, delivery)
    return len(deliveries)


async def test_the_critical_is_mailed_at_once_and_once(reader: Reader, office: PostOffice) -> None:
    await reader.told("account_paused", data={"reason": "LinkedIn <warned> you"})
    [delivery] = await office.waiting("notification_mail")

    await _mail(office.open, delivery)
    await _mail(office.open, delivery)  # delivered twice: it was mailed already

    [mail] = office.mailbox.mails
    assert mail["to"] == "ada@example.com"
    assert mail["subject"] == "Your account's activity is paused"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "LinkedIn <warned> you" in text.get_content()
    assert "LinkedIn &lt;warned&gt; you" in html.get_content()
    assert await office.waiting("notification_digest") == []


async def test_the_rest_waits_for_the_digest_of_the_readers_morning(
    reader: Reader, office: PostOffice
) -> None:
    office.contacts.time_zone = "Asia/Tokyo"
    await reader.told("published", data={"title": "first"})
    await reader.told("publish_failed", data={"title": "second", "reason": "too long"})

    assert await deliver(office, "notification_digest") == 1
    assert office.mailbox.mails == []
    planned = await office.planned("notification_digest", reader.user_id)
    assert (planned.hour, planned.minute) == (23, 0)  # UTC: eight in Tokyo
    assert planned - datetime.now(UTC) < timedelta(days=1)

    await reader.room.admin.execute(
        "UPDATE profile.notifications SET created_at = created_at - interval '1 day'"
    )
    await office.make_due()
    assert await deliver(office, "notification_digest") == 2  # the second finds it sent
    [mail] = office.mailbox.mails
    assert mail["subject"] == "2 new notifications from InErgize"
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().index("second") < body.get_content().index("first")

    await reader.told("published", data={"title": "third"})
    assert len(await office.waiting("notification_digest")) == 1


async def test_weekly_and_at_once_are_as_they_say(reader: Reader, office: PostOffice) -> None:
    await prefer(reader, digest_frequency=profile_pb2.DIGEST_FREQUENCY_WEEKLY)
    await reader.told("published")
    await deliver(office, "notification_digest")
    planned = await office.planned("notification_digest", reader.user_id)
    assert (planned.weekday(), planned.hour) == (0, 8)

    await prefer(reader, digest_frequency=profile_pb2.DIGEST_FREQUENCY_AT_ONCE)
    await deliver(office, "notification_digest")
    assert len(office.mailbox.mails) == 1  # what waited

    await reader.told("published")
    assert await deliver(office, "notification_mail") == 1
    assert len(office.mailbox.mails) == 2


async def test_who_wants_no_mail_gets_none(reader: Reader, office: PostOffice) -> None:
    await reader.told("published")
    await prefer(reader, is_notification_email_enabled=False)
    await reader.told("account_paused")
    await reader.told("published")

    assert await deliver(office, "notification_mail") == 0
    await office.make_due()
    await deliver(office, "notification_digest")
    assert office.mailbox.mails == []
    coming = await reader.room.admin.fetch("SELECT user_id FROM profile.notification_digests")
    assert coming == []
    assert (await reader.list()).unread_count == 3


async def test_what_was_read_meanwhile_is_not_mailed(reader: Reader, office: PostOffice) -> None:
    await reader.told("account_paused")
    [told] = (await reader.list()).notifications
    await reader.mark(told.notification_id)
    assert await deliver(office, "notification_mail") == 1
    assert office.mailbox.mails == []


async def test_with_enhanced_privacy_mails_say_nothing(reader: Reader, office: PostOffice) -> None:
    await prefer(reader, privacy_level=profile_pb2.PRIVACY_LEVEL_ENHANCED)
    await reader.told("account_paused", data={"reason": "a secret"})
    await deliver(office, "notification_mail")
    [mail] = office.mailbox.mails
    assert "secret" not in mail.as_string()
    assert mail["subject"] == "There is something new in your account"


async def test_one_click_stops_the_mails_and_looking_does_not(
    reader: Reader, office: PostOffice
) -> None:
    await reader.told("account_paused")
    await deliver(office, "notification_mail")
    [mail] = office.mailbox.mails
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    link = str(mail["list-unsubscribe"])
    start = "<https://app.example.com/v1/notifications/unsubscribe?token="
    assert link.startswith(start)
    assert link.endswith(">")
    token = link.removeprefix(start).rstrip(">")

    looked = await reader.stub.ShowUnsubscribePage(mails.ShowUnsubscribePageRequest(token=token))
    assert b"<form" in looked.page.data
    await reader.told("account_paused")
    assert await deliver(office, "notification_mail") == 1

    form = HttpBody(
        content_type="application/x-www-form-urlencoded", data=b"List-Unsubscribe=One-Click"
    )
    for _ in range(2):
        await reader.stub.Unsubscribe(mails.UnsubscribeRequest(token=token, form=form))
    await reader.told("account_paused")
    assert await deliver(office, "notification_mail") == 0


@pytest.mark.parametrize("token", ["x", "AAAA" * 11, "\u00e4" * 43, "="])
async def test_a_made_up_token_stops_nothing(reader: Reader, token: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await reader.stub.Unsubscribe(mails.UnsubscribeRequest(token=token))
    assert error_info(refused.value).reason == "ERROR_REASON_TOKEN_INVALID"


async def test_two_who_deliver_a_digest_send_it_once(reader: Reader, office: PostOffice) -> None:
    await reader.told("published")
    [delivery] = await office.waiting("notification_digest")
    await reader.room.admin.execute(
        "UPDATE profile.notifications SET created_at = created_at - interval '2 days'"
    )
    replies = [
        await office.open.clients.profile.PrepareNotificationMail(
            mails.PrepareNotificationMailRequest(
                user_id=delivery.user_id, time_zone="UTC", message_id=message_id
            )
        )
        for message_id in (
            delivery.message_id,
            "00000000-0000-4000-8000-000000000000",
            delivery.message_id,  # the same again, after a crash
        )
    ]
    assert [len(reply.notifications) for reply in replies] == [1, 0, 1]


async def test_a_digest_whose_message_was_given_up_is_looked_after(
    reader: Reader, office: PostOffice
) -> None:
    await reader.told("published")
    office.contacts.unreachable.add(str(reader.user_id))
    [delivery] = await office.waiting("notification_digest")
    with pytest.raises(RefusedError):
        await _mail(office.open, delivery)
    await reader.room.admin.execute("DELETE FROM profile.outbox")
    await reader.room.admin.execute(
        "UPDATE profile.notification_digests SET looked_at = now() - interval '9 days'"
    )

    await run_periodic(reader.room, "look_after_digests")

    assert len(await office.waiting("notification_digest")) == 1
