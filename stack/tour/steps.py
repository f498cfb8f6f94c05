"""The steps of the tour, in their order. Each checks what it gets and leaves notes for the next."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from stack.tour.client import Client, TourError, eventually, expect

ZONE = "Asia/Kolkata"
PASSWORD = "a-long-and-unlikely-passphrase-42"  # noqa: S105 - of an account made for the tour
BODY = (
    "Zażółć gęślą jaźń 🚀 日本語 — half (done) [really] {yes} <soon> at 100% ~ a_b * c | d @ e"
    " \\ f\n"
    "#InErgize #wörk"
)
"""Unicode, hashtags, and every character that LinkedIn's little text reserves."""
LEAD = timedelta(seconds=2)


@dataclass
class Notes:
    """What the steps learn."""

    client: Client
    addresses: dict[str, str]
    email: str = field(default_factory=lambda: f"tour-{uuid4().hex[:12]}@example.com")
    user_id: str = ""
    member_urn: str = ""
    content_id: str = ""
    post_urn: str = ""


Step = tuple[str, Callable[[Notes], str]]


def healthy(notes: Notes) -> str:
    """The edge says that every service is serving."""
    reply = notes.client.raw("GET", "/healthz")
    expect(reply.status_code == httpx.codes.OK, "/healthz answers 200")
    return "every service is serving"


def register(notes: Notes) -> str:
    """Open an account."""
    reply = notes.client.call(
        "POST",
        "/v1/auth/register",
        {
            "email": notes.email,
            "password": PASSWORD,
            "firstName": "Ada",
            "lastName": "Lovelace",
            "timeZone": ZONE,
        },
    )
    notes.user_id = reply["userId"]
    expect(bool(reply["registrationToken"]), "registering returns a token for resending")
    return notes.email


def refuse_unverified(notes: Notes) -> str:
    """Before the address is verified, the right password is not enough."""
    reply = notes.client.raw("POST", "/v1/auth/login", _credentials(notes))
    reason = _reason(reply)
    expect(reason == "ERROR_REASON_EMAIL_NOT_VERIFIED", f"signing in is refused, not {reply.text}")
    return reason


def verify(notes: Notes) -> str:
    """Read the mail and give its token back."""
    url = f"{notes.addresses['MAILBOX_URL']}/api/messages"

    def mail() -> dict[str, Any] | None:
        messages = httpx.get(url, params={"to": notes.email}).json()
        return messages[0] if messages else None

    received = eventually(mail, "a verification mail arrives")
    expect(received["to"] == notes.email, "the mail is addressed to the user")
    token = re.search(r"[A-Za-z0-9_-]{40,}", received["text"])
    if token is None:
        raise TourError("expected that the mail holds a token")
    reply = notes.client.call("POST", "/v1/auth/email:verify", {"token": token[0]})
    expect(reply["userId"] == notes.user_id, "the token verifies this account")
    return str(received["subject"])


def login(notes: Notes) -> str:
    """Sign in and look at the account."""
    reply = notes.client.call("POST", "/v1/auth/login", _credentials(notes))
    notes.client.token = reply["tokens"]["accessToken"]
    user = notes.client.call("GET", "/v1/users/me")["user"]
    expect(user["userId"] == notes.user_id, "the token is this user's")
    expect(user["timeZone"] == ZONE, "the account keeps its time zone")
    preferences = notes.client.call("GET", "/v1/preferences")["preferences"]
    expect(preferences["isAiEnabled"], "new users have the default preferences")
    return f"signed in, zone {user['timeZone']}"


def connect(notes: Notes) -> str:
    """Go to LinkedIn and come back with a code."""
    start = notes.client.call("GET", "/v1/linkedin/oauth/init")
    away = httpx.get(start["authorizationUrl"], follow_redirects=False)
    expect(away.is_redirect, f"LinkedIn redirects back, not {away.status_code} {away.text[:200]}")
    back = urlsplit(away.headers["location"])
    reply = notes.client.call("GET", f"{back.path}?{back.query}", accept="application/json")
    connection = reply["connection"]
    expect(connection["state"] == "CONNECTION_STATE_CONNECTED", f"connected, not {connection}")
    notes.member_urn = connection["memberUrn"]

    def announced() -> bool:
        return bool(notes.client.call("GET", "/v1/users/me")["user"]["isLinkedinConnected"])

    eventually(announced, "the account shows that LinkedIn is connected")
    profile = notes.client.call("GET", "/v1/linkedin/profile")["profile"]
    return f"{profile['displayName']}, {notes.member_urn}"


def write(notes: Notes) -> str:
    """Create a draft; the same idempotency key twice makes one draft."""
    body = {"content": {"type": "CONTENT_TYPE_POST", "title": "Tour", "body": BODY}}
    key = uuid4().hex
    first = notes.client.call("POST", "/v1/content", body, idempotency_key=key)["content"]
    again = notes.client.call("POST", "/v1/content", body, idempotency_key=key)["content"]
    expect(first["contentId"] == again["contentId"], "a repeated call makes one draft")
    expect(first["body"] == BODY, "the text is stored as it was written")
    notes.content_id = first["contentId"]
    return f"{len(BODY)} characters"


def schedule(notes: Notes) -> str:
    """Schedule it a few seconds ahead, as a clock on the user's wall shows it."""
    local = (datetime.now(ZoneInfo(ZONE)) + LEAD).replace(microsecond=0, tzinfo=None)
    path = f"/v1/content/{notes.content_id}:schedule"
    content = notes.client.call("POST", path, {"localTime": local.isoformat()})["content"]
    expect(content["status"] == "CONTENT_STATUS_SCHEDULED", "it is scheduled")
    return f"{local:%H:%M:%S} {ZONE} is {content['scheduledTime']}"


def published(notes: Notes) -> str:
    """Watch it being published."""
    states = []
    for message in notes.client.stream(f"/v1/content/{notes.content_id}:watch"):
        content = message.get("content") or {}
        states.append(content.get("publishState", "").removeprefix("PUBLISH_STATE_").lower())
        if content.get("status") == "CONTENT_STATUS_PUBLISHED":
            notes.post_urn = content["linkedinPostUrn"]
            break
        failed = content.get("status") == "CONTENT_STATUS_FAILED" or states[-1] == "unknown"
        expect(not failed, f"it is published, not {content}")
    expect(notes.post_urn.startswith("urn:li:share:"), f"LinkedIn named the post; saw {states}")
    return f"{notes.post_urn}, seen {' → '.join(dict.fromkeys(states))}"


def applied(notes: Notes) -> str:
    """LinkedIn's own record: one post, whole, exactly as written."""
    url = f"{notes.addresses['LINKEDIN_API_URL']}/sandbox/applied"
    entries = httpx.get(url, params={"member": notes.member_urn, "kind": "post.create"}).json()
    expect(len(entries) == 1, f"the sandbox applied one post, not {len(entries)}")
    expect(entries[0]["urn"] == notes.post_urn, "it is the post we know")
    expect(entries[0]["rendered"] == BODY, f"it shows the text, not {entries[0]['rendered']!r}")
    return "applied once, text intact"


def ledger(notes: Notes) -> str:
    """Our own record: one attempt, confirmed, with its story."""
    listed = notes.client.call("GET", f"/v1/automation/actions?contentId={notes.content_id}")
    expect(len(listed["actions"]) == 1, "there was one attempt")
    action = notes.client.call("GET", f"/v1/automation/actions/{listed['actions'][0]['attemptId']}")
    expect(action["action"]["state"] == "ACTION_STATE_CONFIRMED", "it is confirmed")
    expect(action["action"]["remoteId"] == notes.post_urn, "it names the post")
    windows = notes.client.call("GET", "/v1/safety/quota")["windows"]
    used = [int(window["used"]) for window in windows if window["actionType"] == "publish_post"]
    expect(bool(used) and set(used) == {1}, f"the quota counts one post, not {used}")
    return f"confirmed in {len(action['events'])} steps, quota used 1"


def dashboard(notes: Notes) -> str:
    """The figures have arrived: time series and live counts."""

    def counted() -> dict[str, Any] | None:
        reply = notes.client.call("GET", "/v1/analytics/dashboard")
        counts = {count["eventType"]: int(count["count"]) for count in reply["eventCounts"]}
        is_there = counts.get("content_published") == 1 and reply["live"]["postsToday"] == "1"
        return reply if is_there else None

    reply = eventually(counted, "the dashboard counts one post, live and in the time series")
    expect(not reply["isDegraded"], "the live counts come from the cache")
    return "1 post today, 1 in the time series"


def logout(notes: Notes) -> str:
    """Sign out; within five seconds the token opens nothing."""
    notes.client.call("POST", "/v1/auth/logout", {})

    def refused() -> bool:
        return notes.client.raw("GET", "/v1/content").status_code == httpx.codes.UNAUTHORIZED

    eventually(refused, "the token of an ended session is refused", seconds=6.0)
    return "the token is refused"


STEPS: tuple[Step, ...] = (
    ("health", healthy),
    ("register", register),
    ("not yet", refuse_unverified),
    ("verify", verify),
    ("login", login),
    ("connect", connect),
    ("write", write),
    ("schedule", schedule),
    ("publish", published),
    ("LinkedIn", applied),
    ("ledger", ledger),
    ("dashboard", dashboard),
    ("logout", logout),
)


def _credentials(notes: Notes) -> dict[str, Any]:
    return {"email": notes.email, "password": PASSWORD, "deviceName": "tour"}


def _reason(reply: httpx.Response) -> str:
    details = reply.json().get("details", [])
    return next((str(detail["reason"]) for detail in details if "reason" in detail), "")
