"""SMS: the client of Twilio's API against the sandbox, which speaks it over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
import uvicorn
from structlog.testing import capture_logs

from services.kernel.config import SmsSettings
from stack.names import SMS_SANDBOX_SENDER
from stack.sandbox.sms.app import Account, Sandbox
from tests.support.valkey import free_port
from tests.support.waiting import eventually
from workers.actors.sms import _send_sms
from workers.deliveries import Delivery
from workers.errors import RefusedError
from workers.sms.provider import Provider, provider
from workers.sms.render import TEMPLATES, render
from workers.sms.twilio import SmsNotTakenError

ACCOUNT = Account("AC" + "0" * 32, "the password")
NUMBER = "+4915112345689"


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[str]:
    """The URL of a running sandbox."""
    port = free_port()
    config = uvicorn.Config(
        Sandbox(ACCOUNT).web(), host="127.0.0.1", port=port, log_level="warning", lifespan="off"
    )
    server = uvicorn.Server(config)
    running = Thread(target=server.run)  # beside the main thread it leaves signals alone
    running.start()

    async def has_started() -> bool:
        return server.started

    await eventually(has_started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    running.join()


def settings(url: str, **fields: Any) -> SmsSettings:
    given: dict[str, Any] = {
        "provider": "twilio",
        "url": url,
        "account_sid": ACCOUNT.sid,
        "auth_token": ACCOUNT.auth_token,
        "sender": SMS_SANDBOX_SENDER,
    }
    return SmsSettings(**(given | fields))


async def taken(url: str, number: str = NUMBER) -> list[dict[str, str]]:
    async with httpx.AsyncClient() as client:
        reply = await client.get(f"{url}/sandbox/messages", params={"to": number})
    found: list[dict[str, str]] = reply.json()
    return found


async def sent(sms: SmsSettings, number: str = NUMBER, text: str = "123456 is your code") -> None:
    made = provider(sms)
    try:
        await made.send(number, text)
    finally:
        await made.close()


async def test_message_arrives_as_it_was_sent(sandbox: str) -> None:
    await sent(settings(sandbox), text="123456 is your code \u20ac&=+")
    [message] = await taken(sandbox)
    assert (message["to"], message["sender"]) == (NUMBER, SMS_SANDBOX_SENDER)
    assert message["body"] == "123456 is your code \u20ac&=+"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+15005550001", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
    ],
)
async def test_number_that_never_takes_sms_is_given_up(
    sandbox: str, number: str, code: int
) -> None:
    with pytest.raises(RefusedError, match=str(code)):
        await sent(settings(sandbox), number)
    assert not await taken(sandbox, number)


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth_token": "another password"},
        {"account_sid": "AC" + "1" * 32},
        {"sender": "+15005550007"},  # not the account's
        {"sender": "+15005550008"},  # its queue is full
    ],
)
async def test_what_is_wrong_with_us_is_tried_again(sandbox: str, wrong: dict[str, str]) -> None:
    with pytest.raises(SmsNotTakenError):
        await sent(settings(sandbox, **wrong))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 307 There\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 400 Odd\r\ncontent-length: 2\r\n\r\n[]",
        b"",
    ],
)
async def test_answer_that_tells_nothing_is_tried_again(answer: bytes) -> None:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(SmsNotTakenError):
            await sent(settings(f"http://127.0.0.1:{port}"))


async def test_slow_provider_is_not_waited_for() -> None:
    client_left = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        client_left.set()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        began = asyncio.get_running_loop().time()
        with pytest.raises(SmsNotTakenError):
            await sent(settings(f"http://127.0.0.1:{port}", timeout_ms=100))
        assert asyncio.get_running_loop().time() - began < 5
        await client_left.wait()


async def test_logs_hold_neither_number_nor_code_nor_password(sandbox: str) -> None:
    with capture_logs() as logs, pytest.raises(SmsNotTakenError) as raised:
        await sent(settings(sandbox, sender="+15005550007"))
    assert logs
    said = repr(logs) + repr(raised.value) + repr(raised.value.__cause__)
    for secret in (NUMBER, NUMBER[1:8], "123456", ACCOUNT.auth_token):
        assert secret not in said


async def test_deployment_without_a_provider_gives_up_at_once() -> None:
    with pytest.raises(RefusedError, match="SMS_PROVIDER"):
        await sent(SmsSettings())


@pytest.mark.parametrize("missing", ["account_sid", "auth_token", "sender"])
def test_provider_must_be_told_who_we_are(missing: str) -> None:
    with pytest.raises(ValueError, match="SMS_AUTH_TOKEN"):
        provider(settings("http://127.0.0.1", **{missing: ""}))


class Kept:
    """A provider that keeps what it is given."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str]] = []

    async def send(self, number: str, text: str) -> None:
        self.kept.append((number, text))

    async def close(self) -> None:
        pass


def delivery(ended_ago: timedelta, **changed: str) -> Delivery:
    payload = {
        "to": NUMBER,
        "template": "mfa_code",
        "language": "en",
        "expires_time": (datetime.now(UTC) - ended_ago).isoformat(),
    }
    return Delivery("id", "user", payload | changed, "123456")


async def deliver(made: Delivery) -> list[tuple[str, str]]:
    kept = Kept()
    as_provider: Provider = kept
    await _send_sms(cast("Any", SimpleNamespace(sms=as_provider)), made)
    return kept.kept


async def test_actor_sends_the_code_in_words() -> None:
    [(number, text)] = await deliver(delivery(timedelta(minutes=-5)))
    assert number == NUMBER
    assert text.startswith("123456 is your InErgize code")
    assert len(text) <= 160  # one SMS, not two


async def test_code_that_ended_long_ago_is_not_sent() -> None:
    assert await deliver(delivery(timedelta(minutes=4)))
    with pytest.raises(RefusedError):
        await deliver(delivery(timedelta(minutes=6)))


@pytest.mark.parametrize("language", ["de", "en-GB", "", "../../etc"])
def test_unknown_language_falls_back_to_english(language: str) -> None:
    assert "123456" in render("mfa_code", language, "123456")


def test_templates_are_one_sms_of_plain_letters() -> None:
    for path in TEMPLATES.glob("*/*.txt"):
        text = render(path.stem, path.parent.name, "123456")
        assert text.isascii()
        assert len(text) <= 160
