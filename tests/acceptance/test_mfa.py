"""Second factors as a person meets them: over REST, with a telephone and a mailbox of their own."""

import base64
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pyotp
import pytest

from tests.support.patience import Patient
from tests.support.people import PASSWORD, sign_up
from tests.support.stack import Stack, User

NUMBER = "+4915112345689"
STEP_SECONDS = 30
CODE = re.compile(r"\b\d{6}\b")


class Person:
    """A user with a client, and the things that codes come to."""

    def __init__(self, stack: Stack, client: httpx.Client) -> None:
        self._stack = stack
        self._client = client
        self.user: User = sign_up(stack)

    def post(
        self, path: str, body: dict[str, Any], *, status: int = 200, signed_in: bool = True
    ) -> dict[str, Any]:
        headers = self.user.headers if signed_in else {}
        reply = self._client.post(path, json=body, headers=headers)
        assert reply.status_code == status, reply.text
        answer: dict[str, Any] = reply.json()
        return answer

    def login(self) -> dict[str, Any]:
        body = {"email": self.user.email, "password": PASSWORD}
        return self.post("/v1/auth/login", body, signed_in=False)

    def complete(self, challenge: dict[str, Any], kind: str, code: str, **also: Any) -> Any:
        body = {
            "challengeToken": challenge["challengeToken"],
            "method": f"MFA_METHOD_KIND_{kind}",
            "code": code,
        }
        return self.post("/v1/auth/mfa:complete", body, **({"signed_in": False} | also))

    def mails(self) -> list[dict[str, str]]:
        url = f"{self._stack.addresses['MAILBOX_URL']}/api/messages"
        found: list[dict[str, str]] = httpx.get(url, params={"to": self.user.email}).json()
        return found

    def texts(self) -> list[dict[str, str]]:
        url = f"{self._stack.addresses['SMS_SANDBOX_URL']}/sandbox/messages"
        found: list[dict[str, str]] = httpx.get(url, params={"to": NUMBER}).json()
        return found

    def mailed_code(self, before: int) -> str:
        return _code(lambda: _subjects(self.mails(), "Your InErgize code"), "text", before)

    def texted_code(self, before: int) -> str:
        return _code(self.texts, "body", before)

    def enrol_app(self) -> tuple[pyotp.TOTP, dict[str, Any]]:
        begun = self.post("/v1/mfa/methods", {"kind": "MFA_METHOD_KIND_TOTP"})
        assert base64.b64decode(begun["qrPng"]).startswith(b"\x89PNG")
        app = pyotp.parse_uri(begun["otpauthUri"])
        assert isinstance(app, pyotp.TOTP)
        path = f"/v1/mfa/methods/{begun['method']['methodId']}:confirm"
        return app, self.post(path, {"code": app.now()})


def _subjects(mails: list[dict[str, str]], subject: str) -> list[dict[str, str]]:
    return [mail for mail in mails if mail["subject"] == subject]


def _code(look: Any, part: str, before: int) -> str:
    """The code in the newest message, once there are more than before."""
    deadline = time.monotonic() + 20
    while len(found := look()) <= before:
        assert time.monotonic() < deadline, "no message"
        time.sleep(0.05)
    code = CODE.search(found[0][part])
    assert code
    return code[0]


@pytest.fixture
def person(stack: Stack) -> Iterator[Person]:
    with httpx.Client(transport=Patient(), base_url=stack.url, timeout=30) as client:
        yield Person(stack, client)


def test_authenticator_app_and_backup_codes(person: Person) -> None:
    app, confirmed = person.enrol_app()
    codes = confirmed["backupCodes"]
    assert len(codes) == 10

    challenge = person.login()["mfaChallenge"]
    assert challenge["methods"] == ["MFA_METHOD_KIND_TOTP", "MFA_METHOD_KIND_BACKUP_CODE"]
    person.complete(challenge, "TOTP", "000000", status=401)
    next_code = app.at(int(time.time()) + STEP_SECONDS)
    done = person.complete(challenge, "TOTP", next_code)
    headers = {"authorization": f"Bearer {done['tokens']['accessToken']}"}
    me = httpx.get(f"{person._client.base_url}/v1/users/me", headers=headers).json()["user"]
    assert me["isMfaEnabled"] is True

    again = person.login()["mfaChallenge"]
    person.complete(again, "TOTP", next_code, status=401)
    assert person.complete(again, "BACKUP_CODE", codes[0])["backupCodesLeft"] == 9
    person.complete(person.login()["mfaChallenge"], "BACKUP_CODE", codes[0], status=401)


def test_codes_by_sms(person: Person) -> None:
    before = len(person.texts())
    body = {"kind": "MFA_METHOD_KIND_SMS", "phoneNumber": NUMBER}
    begun = person.post("/v1/mfa/methods", body)
    path = f"/v1/mfa/methods/{begun['method']['methodId']}:confirm"
    person.post(path, {"code": person.texted_code(before)})

    before = len(person.texts())
    challenge = person.login()["mfaChallenge"]
    assert challenge["sentBy"] == "MFA_METHOD_KIND_SMS"
    assert NUMBER[1:8] not in challenge["sentTo"]
    assert person.complete(challenge, "SMS", person.texted_code(before))["tokens"]


def test_codes_by_mail_and_proving_oneself_again(person: Person) -> None:
    begun = person.post("/v1/mfa/methods", {"kind": "MFA_METHOD_KIND_EMAIL"})
    path = f"/v1/mfa/methods/{begun['method']['methodId']}:confirm"
    person.post(path, {"code": person.mailed_code(0)})

    challenge = person.login()["mfaChallenge"]
    assert person.complete(challenge, "EMAIL", person.mailed_code(1))["tokens"]

    proved = person.post("/v1/auth/session:reauthenticate", {"password": PASSWORD})
    challenge = proved["mfaChallenge"]
    code = person.mailed_code(2)
    person.complete(challenge, "EMAIL", code, status=401)  # not without the session
    tokens = person.complete(challenge, "EMAIL", code, signed_in=True)["tokens"]

    path = f"/v1/mfa/methods/{begun['method']['methodId']}"
    headers = {"authorization": f"Bearer {tokens['accessToken']}"}
    reply = person._client.delete(path, headers=headers)
    assert reply.status_code == 200, reply.text
    assert person.login()["tokens"]
