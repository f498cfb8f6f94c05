"""Web Push: encrypted for one browser, signed, and no more once the browser has gone."""

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

import grpc
import http_ece
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from inergize.profile.v1 import profile_pb2
from inergize.profile.v1 import profile_preferences_pb2 as preferences
from inergize.profile.v1 import profile_push_pb2 as pb

from services.profile.__main__ import build
from tests.integration.profile.notifications.conftest import Reader
from tests.support.post_office import EGRESS, PostOffice, Pushed, post_office
from tests.support.rooms import RunningRoom
from workers.actors.notifications import PushNotTakenError, _push
from workers.errors import RefusedError


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Browser:
    """A browser with keys of its own, which decrypts by another's code than ours."""

    endpoint: str

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"sixteen bytes ok"

    def request(self, **fields: str) -> pb.AddPushSubscriptionRequest:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        given = {"endpoint": self.endpoint, "p256dh": encoded(point), "auth": encoded(self.secret)}
        return pb.AddPushSubscriptionRequest(**given | fields)

    def read(self, pushed: Pushed) -> dict[str, Any]:
        message = http_ece.decrypt(
            pushed.body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        found: dict[str, Any] = json.loads(message)
        return found


@pytest_asyncio.fixture
async def room(start_room: Any) -> RunningRoom:
    running: RunningRoom = await start_room("profile", build, egress=EGRESS)
    return running


@pytest_asyncio.fixture
async def office(reader: Reader) -> Any:
    async with post_office(reader.room) as served:
        yield served


@pytest.fixture
def browser(office: PostOffice) -> Browser:
    return Browser(f"{office.push_service.url}/push/one")


async def add(reader: Reader, browser: Browser, **fields: str) -> pb.PushSubscription:
    reply = await reader.stub.AddPushSubscription(
        browser.request(**fields), metadata=reader.metadata
    )
    added: pb.PushSubscription = reply.subscription
    return added


async def subscriptions(reader: Reader) -> list[pb.PushSubscription]:
    reply = await reader.stub.ListPushSubscriptions(
        pb.ListPushSubscriptionsRequest(), metadata=reader.metadata
    )
    return list(reply.subscriptions)


async def prefer(reader: Reader, **fields: Any) -> None:
    request = preferences.UpdatePreferencesRequest(
        preferences=preferences.PreferencesChange(**fields)
    )
    await reader.stub.UpdatePreferences(request, metadata=reader.metadata)


async def deliver(office: PostOffice) -> int:
    deliveries = await office.waiting("notification_push")
    for delivery in deliveries:
        await _push(office.open, delivery)
    return len(deliveries)


async def test_the_browser_reads_what_was_told_and_knows_who_says_it(
    reader: Reader, office: PostOffice, browser: Browser
) -> None:
    reply = await reader.stub.GetPushKey(pb.GetPushKeyRequest(), metadata=reader.metadata)
    await add(reader, browser, name="Firefox")
    await reader.told("account_paused", data={"reason": "a \u2713 test"})

    assert await deliver(office) == 1

    [pushed] = office.push_service.taken
    told = browser.read(pushed)
    assert told["kind"] == "account_paused"
    assert "a \u2713 test" in told["body"]
    assert pushed.path == "/push/one"
    assert pushed.headers["content-encoding"] == "aes128gcm"
    assert pushed.headers["urgency"] == "high"
    assert int(pushed.headers["ttl"]) > 0
    scheme, _, rest = pushed.headers["authorization"].partition(" ")
    token, key = (part.partition("=")[2] for part in rest.split(", "))
    assert (scheme, key) == ("vapid", reply.public_key)
    point = base64.urlsafe_b64decode(key + "=")
    public_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = jwt.decode(token, public_key, algorithms=["ES256"], audience=office.push_service.url)
    assert time.time() < claims["exp"] < time.time() + 86_400
    [subscription] = await subscriptions(reader)
    assert subscription.HasField("last_pushed_time")


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_has_gone_is_forgotten(
    reader: Reader, office: PostOffice, browser: Browser, status: int
) -> None:
    await add(reader, browser)
    office.push_service.status = status
    await reader.told()
    await deliver(office)
    assert await subscriptions(reader) == []


async def test_what_the_push_service_cannot_take_now_is_tried_again(
    reader: Reader, office: PostOffice, browser: Browser
) -> None:
    await add(reader, browser)
    await reader.told()
    [delivery] = await office.waiting("notification_push")
    for status, error in ((503, PushNotTakenError), (429, PushNotTakenError), (403, RefusedError)):
        office.push_service.status = status
        with pytest.raises(error):
            await _push(office.open, delivery)
    assert len(await subscriptions(reader)) == 1


async def test_who_wants_no_push_gets_none(
    reader: Reader, office: PostOffice, browser: Browser
) -> None:
    await add(reader, browser)
    await reader.told()
    await prefer(reader, is_notification_push_enabled=False)
    await reader.told()
    assert await deliver(office) == 1  # planned before, and looked at again
    assert office.push_service.taken == []


async def test_quiet_hours_put_off_all_but_the_critical(
    reader: Reader, office: PostOffice, browser: Browser
) -> None:
    await add(reader, browser)
    # Every minute of the day but the one before now is quiet, whatever the time is.
    now = time.gmtime(time.time() - 60)
    later = time.gmtime(time.time() - 120)
    quiet = profile_pb2.QuietHours(
        start=time.strftime("%H:%M", now), end=time.strftime("%H:%M", later)
    )
    await prefer(reader, quiet_hours=quiet)
    await reader.told("published")
    await reader.told("account_paused")

    assert await deliver(office) == 2

    assert [browser.read(one)["kind"] for one in office.push_service.taken] == ["account_paused"]
    planned = await office.planned("notification_push", reader.user_id)
    assert planned.strftime("%H:%M") == quiet.end


async def test_with_enhanced_privacy_pushes_say_nothing(
    reader: Reader, office: PostOffice, browser: Browser
) -> None:
    await prefer(reader, privacy_level=profile_pb2.PRIVACY_LEVEL_ENHANCED)
    await add(reader, browser)
    await reader.told("account_paused", data={"reason": "a secret"})
    await deliver(office)
    told = browser.read(office.push_service.taken[0])
    assert "secret" not in json.dumps(told)
    assert told["body"] == "Sign in to read it."


async def test_a_browser_belongs_to_whoever_added_it_last(
    reader: Reader, browser: Browser, make_reader: Any
) -> None:
    other: Reader = await make_reader()
    await add(other, browser, name="before")
    await add(reader, browser, name="now")
    assert await subscriptions(other) == []
    [mine] = await subscriptions(reader)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await other.stub.RemovePushSubscription(
            pb.RemovePushSubscriptionRequest(subscription_id=mine.subscription_id),
            metadata=other.metadata,
        )
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    await reader.stub.RemovePushSubscription(
        pb.RemovePushSubscriptionRequest(subscription_id=mine.subscription_id),
        metadata=reader.metadata,
    )
    assert await subscriptions(reader) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"endpoint": "https://10.0.0.1/push"}, "endpoint"),
        ({"endpoint": "https://[::1]/push"}, "endpoint"),
        ({"endpoint": "ftp://push.example/"}, "endpoint"),
        ({"p256dh": "A" * 87}, "p256dh"),
        ({"auth": "short"}, "auth"),
    ],
)
async def test_bad_browsers_are_refused_by_name(
    reader: Reader, browser: Browser, fields: dict[str, str], field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await add(reader, browser, **fields)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert f"{field}:" in str(refused.value.details())
