"""From a post that could not be published to a mail, and from one click to no more mails."""

import re
import time
from typing import Any

import httpx
import pytest

from tests.support.people import sign_up
from tests.support.stack import Stack, User

SECONDS = 30.0


@pytest.fixture(scope="module")
def person(stack: Stack) -> User:
    """Somebody who has not connected LinkedIn, and wants mails at once."""
    user = sign_up(stack)
    change = {"preferences": {"digestFrequency": "DIGEST_FREQUENCY_AT_ONCE"}}
    reply = httpx.patch(f"{stack.url}/v1/preferences", json=change, headers=user.headers)
    assert reply.status_code == 200, reply.text
    return user


def _plan(stack: Stack, person: User) -> None:
    """Plan a post that is due at once."""
    with httpx.Client(base_url=stack.url, headers=person.headers, timeout=10) as client:
        post = {"content": {"type": "CONTENT_TYPE_POST", "title": "My post", "body": "Hello"}}
        content_id = client.post("/v1/content", json=post).json()["content"]["contentId"]
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
        reply = client.post(f"/v1/content/{content_id}:schedule", json={"scheduledTime": now})
        assert reply.status_code == 200, reply.text


def _until(look: Any) -> Any:
    deadline = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def _told(stack: Stack, person: User) -> list[dict[str, Any]]:
    reply = httpx.get(f"{stack.url}/v1/notifications", headers=person.headers).json()
    found: list[dict[str, Any]] = reply["notifications"]
    return found


def _mails(stack: Stack, person: User) -> list[dict[str, str]]:
    url = f"{stack.addresses['MAILBOX_URL']}/api/messages"
    mails = httpx.get(url, params={"to": person.email}).json()
    return [mail for mail in mails if mail["subject"].startswith("Not published")]


def test_a_post_that_fails_is_told_and_mailed_until_one_click_ends_it(
    stack: Stack, person: User
) -> None:
    _plan(stack, person)
    [told] = _until(lambda: _told(stack, person))
    assert told["kind"] == "publish_failed"
    assert told["title"] == "Not published: My post"
    [mail] = _until(lambda: _mails(stack, person))

    link = re.search(r"http://\S+/v1/notifications/unsubscribe\?token=\S+", mail["text"])
    assert link
    page = httpx.get(link[0])
    assert page.headers["content-type"].startswith("text/html")
    assert "<form" in page.text
    assert httpx.post(link[0], data={"List-Unsubscribe": "One-Click"}).status_code == 200

    _plan(stack, person)
    _until(lambda: len(_told(stack, person)) == 2)
    preferences = httpx.get(f"{stack.url}/v1/preferences", headers=person.headers).json()
    assert preferences["preferences"]["isNotificationEmailEnabled"] is False
    assert len(_mails(stack, person)) == 1
