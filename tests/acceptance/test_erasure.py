"""After an erasure nothing is left of a person, anywhere; and nothing else is touched."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import httpx
import pyotp
import pytest

from tests.support.erasing import let_time_pass
from tests.support.patience import Patient
from tests.support.people import PASSWORD, connect_linkedin, mailed_token, sign_in
from tests.support.publishing import published, schedule_post
from tests.support.remains import Kept, everything, naming, rows, unpacked
from tests.support.stack import Stack, User
from tests.support.valkey import free_port
from tests.support.waiting import eventually

SECONDS = 90
QUIET = {"outbox", "periodic_runs"}
"""Tables whose rows the machinery goes on touching and dropping by itself."""
TOUCHED = {"user_sessions", "webhook_deliveries"}
"""Tables whose rows stay, and tell of the last use or the last try a little later."""


@dataclass
class Person:
    """Somebody who has used everything there is."""

    user: User
    first_name: str
    last_name: str
    phone: str
    canary: str
    other_email: str
    member: str = ""
    export: bytes = b""
    api_key: str = ""
    webhook_secret: str = ""
    words: list[str] = field(default_factory=list)


def _person(stack: Stack) -> Person:
    mark = uuid4().hex[:12]
    person = Person(
        user=User(f"mail{mark}@example.com", "", "", ""),
        first_name=f"First{mark}",
        last_name=f"Last{mark}",
        phone=f"+4366{int(mark, 16) % 10**9:09d}",
        canary=f"canary{mark}",
        other_email=f"other{mark}@example.com",
    )
    with _client(stack) as client:
        _post(client, "/v1/auth/register", {
            "email": person.user.email, "password": PASSWORD,
            "firstName": person.first_name, "lastName": person.last_name,
        })  # fmt: skip
        token = mailed_token(stack, person.user.email)
        _post(client, "/v1/auth/email:verify", {"token": token})
        person.user = sign_in(client, person.user.email)
    return person


def _use_everything(stack: Stack, person: Person) -> None:
    """Every part of the product leaves something: rows, keys, events, files."""
    with _client(stack, person.user) as client:
        person.webhook_secret = _hook(client, person)
        person.member = connect_linkedin(stack, person.user).rpartition(":")[2]
        change = {"user": {"phone": person.phone, "timeZone": "Europe/Vienna"}}
        assert client.patch("/v1/users/me", json=change).status_code == 200
        _write_and_publish(client, person)
        _post(client, "/v1/auth/email:change", {"newEmail": person.other_email})
        scopes = {"name": person.canary, "scopes": ["content.read"]}
        person.api_key = _post(client, "/v1/apiKeys", scopes)["secret"]
        _enrol(client)
        person.export = _fetch_export(client)
    person.words = [
        *(person.user.user_id, person.user.email, person.other_email, person.first_name),
        *(person.last_name, person.phone, person.canary, person.member),
    ]


def _hook(client: httpx.Client, person: Person) -> str:
    """A webhook at which nobody answers, so that messages for it wait; returns its secret."""
    url = f"http://127.0.0.1:{free_port()}/{person.canary}"
    wanted = ["linkedin.connected", "content.published"]
    made = _post(client, "/v1/webhooks", {"url": url, "eventTypes": wanted})
    path = f"/v1/webhooks/{made['webhook']['webhookId']}"
    return str(_post(client, f"{path}:rotateSecret", {})["secret"])


def _write_and_publish(client: httpx.Client, person: Person) -> None:
    once = {"idempotency-key": f"key-{uuid4()}"}
    draft = {"content": {"type": "CONTENT_TYPE_POST", "title": person.canary, "body": "later"}}
    assert client.post("/v1/content", json=draft, headers=once).status_code == 200
    now, later = datetime.now(UTC), datetime.now(UTC) + timedelta(days=30)
    published(client, schedule_post(client, f"now {person.canary}", now))
    schedule_post(client, f"in a month {person.canary}", later)
    dashboard = "/v1/analytics/dashboard"
    _until(lambda: "content_published" in client.get(dashboard).text, "the event is counted")


def _enrol(client: httpx.Client) -> None:
    begun = _post(client, "/v1/mfa/methods", {"kind": "MFA_METHOD_KIND_TOTP"})
    code = pyotp.TOTP(begun["secret"]).now()
    _post(client, f"/v1/mfa/methods/{begun['method']['methodId']}:confirm", {"code": code})


def _fetch_export(client: httpx.Client) -> bytes:
    export = _post(client, "/v1/users/me:export", {})["accountExport"]
    path = f"/v1/users/me/exports/{export['exportId']}"
    deadline = time.monotonic() + SECONDS
    while export["state"] != "ACCOUNT_EXPORT_STATE_READY":
        assert time.monotonic() < deadline, export
        assert export["state"] != "ACCOUNT_EXPORT_STATE_FAILED", export
        export = client.get(path, params={"wait": "20s"}).json()["accountExport"]
    reply = httpx.get(export["downloadUrl"])
    assert reply.headers["content-disposition"].startswith("attachment")
    assert len(reply.content) == int(export["sizeBytes"])
    return reply.content


@pytest.fixture(scope="module")
def people(stack: Stack) -> tuple[Person, Person]:
    """The one who leaves and the one who stays."""
    leaving, staying = _person(stack), _person(stack)
    for person in (leaving, staying):
        _use_everything(stack, person)
    return leaving, staying


def test_archive_holds_what_was_said_and_no_secret(people: tuple[Person, Person]) -> None:
    leaving, staying = people
    with ZipFile(BytesIO(leaving.export)) as archive:
        names = set(archive.namelist())
        posts = [json.loads(line) for line in archive.read("content/content.jsonl").splitlines()]
    assert {post["user_id"] for post in posts} == {leaving.user.user_id}
    assert len(posts) == 3
    assert names >= {
        *("README.txt", "auth/users.jsonl", "auth/user_sessions.jsonl", "auth/audit_log.jsonl"),
        *("profile/linkedin_profiles.jsonl", "profile/user_preferences.jsonl"),
        *("content/content_calendar.jsonl", "automation/automation_logs.jsonl"),
        *("profile/webhooks.jsonl", "profile/webhook_deliveries.jsonl"),
        *("automation/automation_log_events.jsonl", "safety/action_reservations.jsonl"),
        *("analytics/analytics_events.jsonl", "analytics/user_analytics_summary.jsonl"),
    }
    text = unpacked(leaving.export)
    assert not [word for word in leaving.words if word not in text]
    assert not [word for word in staying.words if word in text]
    for secret in (
        *("argon2", leaving.api_key, leaving.webhook_secret),
        *(leaving.user.token, leaving.user.refresh_token),
    ):
        assert secret
        assert secret not in text


async def test_nothing_is_left_of_the_one_and_nothing_is_changed_of_the_other(
    stack: Stack, people: tuple[Person, Person]
) -> None:
    leaving, staying = people
    _delete(stack, leaving)
    before = await _of(stack, staying)
    assert naming(await everything(stack), leaving.words), "else nothing is shown below"

    await let_time_pass(stack, leaving.user.user_id)

    await eventually(lambda: _is_free_of(stack, leaving), seconds=SECONDS, every=0.5)
    after = await _of(stack, staying)
    assert [one for one in before if one not in after] == [], "more may come, nothing may go"
    assert naming(await everything(stack), [staying.canary])
    _is_gone(stack, leaving)
    with _client(stack, staying.user) as client:
        assert staying.canary in client.get("/v1/content").text


def _delete(stack: Stack, person: Person) -> None:
    with _client(stack, person.user) as client:
        reply = client.delete("/v1/users/me")
        assert reply.status_code == 200, reply.text
        at = datetime.fromisoformat(reply.json()["erasureTime"])
        assert timedelta(days=13, hours=23) < at - datetime.now(UTC) <= timedelta(days=14)


async def _is_free_of(stack: Stack, person: Person) -> bool:
    left = naming(await everything(stack), person.words)
    print({one.place for one in left})  # what a failure shows last
    return left == []


async def _of(stack: Stack, person: Person) -> list[Kept]:
    """The rows of a person, as far as the machinery does not touch them by itself."""
    found = naming(await rows(stack), person.words)
    kept = [_steady(one) for one in found if one.place.rpartition(".")[2] not in QUIET]
    return sorted(kept, key=lambda one: (one.place, one.text))


def _steady(row: Kept) -> Kept:
    """Of a row that is touched its id alone."""
    is_touched = row.place.rpartition(".")[2] in TOUCHED
    return Kept(row.place, row.text.partition(",")[0]) if is_touched else row


def _is_gone(stack: Stack, person: Person) -> None:
    with _client(stack, person.user) as client:
        _until(lambda: client.get("/v1/users/me").status_code == 401, "the session has ended")
        login = {"email": person.user.email, "password": PASSWORD}
        refused = client.post("/v1/auth/login", json=login)
        assert "ERROR_REASON_CREDENTIALS_INVALID" in refused.text
        key = {"authorization": f"Bearer {person.api_key}"}
        assert client.get("/v1/content", headers=key).status_code == 401


def _client(stack: Stack, user: User | None = None) -> httpx.Client:
    headers = user.headers if user else {}
    return httpx.Client(transport=Patient(), base_url=stack.url, timeout=40, headers=headers)


def _post(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = client.post(path, json=body)
    assert reply.status_code == 200, (path, reply.text)
    answer: dict[str, Any] = reply.json()
    return answer


def _until(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not look():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.1)
