"""Actors that tell users something, and bring it to them: by mail, with a digest, by push."""

from typing import Any

import dramatiq
import grpc
from inergize.auth.v1 import auth_internal_service_pb2 as auth
from inergize.profile.v1 import profile_notification_mails_pb2 as mails
from inergize.profile.v1 import profile_notifications_pb2 as notifications
from inergize.profile.v1 import profile_push_pb2 as pushes

from services.kernel.public_http import UrlRefused
from workers.deliveries import Delivery, deliver
from workers.errors import RefusedError
from workers.resources import Open

LIMITS: dict[str, Any] = {"max_retries": 0, "max_age": 60_000, "time_limit": 45_000}  # ms
GONE = (404, 410)
"""The push service knows the browser no more: RFC 8030, section 7.3."""
NEVER = (400, 401, 403, 413)
"""The same request would meet the same answer."""


UNTELLABLE = (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT)
"""The user has gone, or the notice is not what the contract says."""


class PushNotTakenError(Exception):
    """The push service did not take the message now; a later try may succeed."""


def declare(broker: dramatiq.Broker) -> None:
    """Declare the actors on a broker."""
    for actor, queue in (
        (tell_user, "normal"),
        (mail_notification, "mail"),
        (push_notification, "normal"),
    ):
        dramatiq.actor(broker=broker, queue_name=queue, **LIMITS)(actor)


async def tell_user(service: str, message_id: str, fence: int) -> None:
    """Have Profile tell a user something; its dedupe key makes a repeat harmless."""
    await deliver(service, message_id, fence, _tell)


async def mail_notification(service: str, message_id: str, fence: int) -> None:
    """Mail one notification, or the digest. A crash right after sending sends it again."""
    await deliver(service, message_id, fence, _mail)


async def push_notification(service: str, message_id: str, fence: int) -> None:
    """Push one notification to one browser. A crash right after sending pushes it again."""
    await deliver(service, message_id, fence, _push)


async def _tell(open_: Open, delivery: Delivery) -> None:
    notice = delivery.payload
    request = notifications.NotifyRequest(
        user_id=delivery.user_id,
        kind=notice["kind"],
        dedupe_key=notice["dedupe_key"],
        data=notice["data"],
    )
    try:
        await open_.clients.profile.Notify(request)
    except grpc.aio.AioRpcError as refused:
        if refused.code() in UNTELLABLE:
            raise RefusedError(f"it cannot be told ({refused.code().name})") from None
        raise


async def _mail(open_: Open, delivery: Delivery) -> None:
    contact = await _contact(open_, delivery.user_id)
    notification_id = delivery.payload.get("notification_id", "")
    letter = await open_.clients.profile.PrepareNotificationMail(
        mails.PrepareNotificationMailRequest(
            user_id=delivery.user_id,
            notification_id=notification_id,
            time_zone=contact.time_zone,
            message_id=delivery.message_id,
        )
    )
    if not letter.notifications:
        return
    await open_.mail.send(
        _payload(contact, letter, is_digest=not notification_id),
        letter.unsubscribe_token,
        message_id=delivery.message_id,
    )
    await open_.clients.profile.FinishNotificationMail(
        mails.FinishNotificationMailRequest(
            user_id=delivery.user_id,
            notification_ids=letter.notification_ids,
            is_digest=not notification_id,
        )
    )


async def _push(open_: Open, delivery: Delivery) -> None:
    contact = await _contact(open_, delivery.user_id)
    subscription_id = delivery.payload["subscription_id"]
    push = await open_.clients.profile.PreparePush(
        pushes.PreparePushRequest(
            user_id=delivery.user_id,
            notification_id=delivery.payload["notification_id"],
            subscription_id=subscription_id,
            time_zone=contact.time_zone,
        )
    )
    if not push.url:
        return
    status = await _posted(open_, push)
    await open_.clients.profile.FinishPush(
        pushes.FinishPushRequest(
            user_id=delivery.user_id, subscription_id=subscription_id, is_gone=status in GONE
        )
    )


async def _contact(open_: Open, user_id: str) -> auth.GetContactResponse:
    """Where to write. Raises RefusedError for an account that is not to be written to."""
    try:
        return await open_.clients.auth.GetContact(auth.GetContactRequest(user_id=user_id))
    except grpc.aio.AioRpcError as refused:
        if refused.code() is grpc.StatusCode.NOT_FOUND:
            raise RefusedError("nobody is to be written to there") from None
        raise


async def _posted(open_: Open, push: pushes.PreparePushResponse) -> int:
    """The push service's answer, where it settles the matter.

    Raises RefusedError; PushNotTakenError and NoAnswer when another try may do.
    """
    try:
        answer = await open_.public_http.post(push.url, dict(push.headers), push.body)
    except UrlRefused as refused:
        raise RefusedError(f"the push service's address {refused.rule}") from None
    if answer.status in NEVER:
        raise RefusedError(f"the push service refuses the message ({answer.status})")
    if not 200 <= answer.status < 300 and answer.status not in GONE:
        raise PushNotTakenError
    return answer.status


def _payload(
    contact: auth.GetContactResponse,
    letter: mails.PrepareNotificationMailResponse,
    *,
    is_digest: bool,
) -> dict[str, Any]:
    told = [{"title": one.title, "body": one.body} for one in letter.notifications]
    return {
        "to": contact.email,
        "template": "notification_digest" if is_digest else "notification",
        "language": contact.language,
        "params": {
            "first_name": contact.first_name,
            "notifications": told,
            "total": len(letter.notification_ids),
        },
    }
