"""What the logs say of an attempt, and that they never say what must stay secret."""

import json
import socket
import stat
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.people import mailed_token, sign_in
from tests.support.stack import Stack, User

SECONDS = 20


@pytest.fixture
def rest(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, timeout=10) as client:
        yield client


def logs(stack: Stack) -> Iterator[Path]:
    yield from (stack.folder / "logs").iterdir()


def lines(stack: Stack, name: str, text: str) -> list[dict[str, Any]]:
    """The lines of one log that hold a text, once there are any."""
    deadline = time.monotonic() + SECONDS
    while True:
        written = (stack.folder / "logs" / f"{name}.log").read_text().splitlines()
        found = [line for line in written if text in line]
        if found:
            return [json.loads(line) for line in found]
        assert time.monotonic() < deadline, f"{name}.log says nothing of {text}"
        time.sleep(0.05)


def is_utc_now(text: str) -> bool:
    """Whether a time names its zone, UTC, and is about now."""
    when = datetime.fromisoformat(text)
    assert when.utcoffset() == timedelta(0), text
    return abs(time.time() - when.timestamp()) < 120


def refused(rest: httpx.Client, user: User) -> dict[str, httpx.Response]:
    """By reason: what services refuse."""
    ask = {"headers": user.headers}
    wrong = {"email": user.email, "password": "wrong-horse-battery-staple"}
    return {
        "PERMISSION_DENIED": rest.get("/v1/admin/users", **ask),  # type: ignore[arg-type]
        "CONTENT_NOT_FOUND": rest.get(f"/v1/content/{uuid4()}", **ask),  # type: ignore[arg-type]
        "INVALID_REQUEST": rest.get("/v1/content/7", **ask),  # type: ignore[arg-type]
        "CREDENTIALS_INVALID": rest.post("/v1/auth/login", json=wrong),
        "TOKEN_INVALID": rest.post("/v1/auth/token:refresh", json={"refreshToken": "x" * 43}),
    }


def test_every_refusal_is_logged_with_who_what_where_and_when(
    stack: Stack, rest: httpx.Client, user: User
) -> None:
    for reason, reply in refused(rest, user).items():
        assert reply.status_code >= 400
        request_id = reply.headers["x-request-id"]
        service = "content" if "/content" in str(reply.url) else "auth"
        (line,) = lines(stack, service, request_id)
        assert (line["event"], line["reason"]) == ("call_refused", reason)
        signed_in = "authorization" in reply.request.headers
        assert line["actor"] == (f"user:{user.user_id}" if signed_in else "anonymous")
        assert line["client"] == "127.0.0.1"
        assert line["method"].startswith("/inergize.")
        assert is_utc_now(line["timestamp"])


def test_a_request_is_found_in_every_log_by_one_id(
    stack: Stack, rest: httpx.Client, user: User
) -> None:
    reply = rest.get(f"/v1/content/{uuid4()}", headers=user.headers)
    request_id = reply.headers["x-request-id"]
    (at_the_edge,) = lines(stack, "envoy", request_id)
    (in_the_service,) = lines(stack, "content", request_id)
    assert at_the_edge["status"] == 404
    assert at_the_edge["client"] == in_the_service["client"] == "127.0.0.1"
    assert is_utc_now(at_the_edge["time"])


def test_what_the_edge_refuses_is_logged_with_its_reason(stack: Stack, rest: httpx.Client) -> None:
    for reply, word in (
        (rest.get("/v1/users/me"), "jwt_authn_access_denied"),
        (rest.get("/nope"), "NOT_FOUND"),
        (rest.post("/v1/auth/login", content=b"{"), "grpc_json_transcode_failure"),
    ):
        (line,) = lines(stack, "envoy", reply.headers["x-request-id"])
        assert line["status"] == reply.status_code
        assert word in line["details"]


def test_what_is_sent_cannot_write_a_line_of_its_own(stack: Stack) -> None:
    mark = uuid4().hex
    path = f'/v1/content/{mark}","status":200,"x":"%0a{{"event":"forged"}}\\n'
    address = httpx.URL(stack.url)
    with socket.create_connection((address.host, address.port or 80), timeout=5) as client:
        request = f"GET {path} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 1.1.1.1\\n\r\n\r\n"
        client.sendall(request.encode())
        assert b" 40" in client.recv(4096).split(b"\r\n")[0]
    (line,) = lines(stack, "envoy", mark)
    assert mark in line["path"]
    assert line["status"] >= 400
    assert line.keys() & {"x", "event"} == set()


def test_no_log_holds_a_password_a_token_or_what_users_write(
    stack: Stack, rest: httpx.Client
) -> None:
    """Through every flow that has a secret, right and wrong."""
    email, password = f"{uuid4().hex}@example.com", f"Zebra-{uuid4().hex}"
    names = {"firstName": "Canaria", "lastName": "Canaria"}
    given = rest.post("/v1/auth/register", json={"email": email, "password": password, **names})
    mailed = mailed_token(stack, email)
    rest.get("/v1/auth/email:verify", params={"token": mailed})
    rest.post("/v1/auth/email:verify", json={"token": mailed + "x"})
    rest.post("/v1/auth/email:verify", json={"token": mailed})
    rest.post("/v1/auth/login", json={"email": email, "password": password + "x"})
    user = sign_in(rest, email, password)
    new = rest.post("/v1/auth/token:refresh", json={"refreshToken": user.refresh_token}).json()
    rest.get("/v1/users/me", headers={"authorization": f"Bearer {user.token}x"})
    rest.get("/v1/users/me", params={"access_token": user.token})
    text = f"canary {uuid4().hex}"
    content = {"type": "CONTENT_TYPE_POST", "title": text, "body": text}
    last = rest.post("/v1/content", json={"content": content}, headers=user.headers)
    assert last.status_code == 200, last.text
    lines(stack, "envoy", last.headers["x-request-id"])

    secrets = {
        "password": password, "mailed token": mailed, "access token": user.token,
        "refresh token": user.refresh_token, "text": text, "name": "Canaria", "address": email,
        "registration token": given.json()["registrationToken"],
        "new refresh token": new["tokens"]["refreshToken"],
    }  # fmt: skip
    for log in logs(stack):
        written = log.read_text(errors="replace")
        assert [kind for kind, secret in secrets.items() if secret in written] == [], log.name


def test_every_line_of_a_service_is_one_json_object(stack: Stack, user: User) -> None:
    for service in ("auth", "profile", "content", "automation", "safety", "analytics"):
        written = (stack.folder / "logs" / f"{service}.log").read_text().splitlines()
        assert written
        for line in written:
            assert json.loads(line).keys() >= {"event", "level", "timestamp"}, line


def test_only_what_runs_writes_a_log(stack: Stack) -> None:
    """Every file is the log of a part, or the one before it."""
    running = {part["name"] for part in json.loads(stack.inergize("status", "--json"))["children"]}
    written = {path.name.removesuffix(".1").removesuffix(".log") for path in logs(stack)}
    assert {"envoy", "auth", "workers"} <= written
    assert written - running - {"database", "stack"} == set()


def test_logs_are_for_their_owner_only(stack: Stack) -> None:
    folder = stack.folder / "logs"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((stack.folder / "secrets.env").stat().st_mode) == 0o600


def test_what_looks_like_a_command_is_only_text(rest: httpx.Client, user: User) -> None:
    """To SQL, to a shell, to a template, to a format string, to HTML."""
    texts = (
        *("'", "'; DROP TABLE auth.users; --", "' OR '1'='1", "\\'; SELECT pg_sleep(9); --"),
        *("${7*7}", "{{7*7}}", "{0.__class__}", "%s%n%x", "$(id)", "`id`", "| id", "\ud7ff"),
        *("<script>alert(1)</script>", "<!ENTITY x SYSTEM 'file:///etc/passwd'>", "\r\nx: y"),
    )
    for text in texts:
        content = {"type": "CONTENT_TYPE_POST", "title": text, "body": text}
        made = rest.post("/v1/content", json={"content": content}, headers=user.headers)
        assert made.status_code == 200, made.text
        path = f"/v1/content/{made.json()['content']['contentId']}"
        assert rest.get(path, headers=user.headers).json()["content"]["title"] == text
