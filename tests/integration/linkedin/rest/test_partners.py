"""Invitations and messages, for applications whose contract allows them."""

from typing import Any

import pytest

from tests.integration.linkedin.rest.conftest import Api, SignIn, enc

NOTE = "com.linkedin.invitations.InvitationMessage"


def invite(api: Api, invitee: str, **body: Any) -> Any:
    return api.send("POST", "/v2/invitations", {"invitee": invitee, **body})


def write(api: Api, **body: Any) -> Any:
    return api.send("POST", "/v2/messages", {"body": "Hello", **body})


def test_an_invitation_waits_and_is_accepted(ada: Api, member: SignIn) -> None:
    other = member()
    made = invite(ada, other.urn, message={NOTE: {"body": "Shall we?"}})
    urn = made.headers["x-linkedin-id"]
    assert (made.status_code, urn.startswith("urn:li:invitation:")) == (201, True)
    path = f"/v2/invitations/{enc(urn)}"
    seen = ada.get(path)
    assert (seen["state"], seen["invitee"], seen["inviter"]) == ("PENDING", other.urn, ada.urn)
    assert invite(ada, other.urn).status_code == 422
    assert other.send("GET", path).status_code == 404
    ada.sandbox.post("invitations", urn=urn, state="ACCEPTED")
    assert ada.get(path)["state"] == "ACCEPTED"
    assert invite(ada, other.urn).status_code == 400
    assert ada.applied() == ["invitation.create"]
    assert write(other, recipients=[ada.urn]).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {"invitee": "urn:li:share:1"},
        {"invitee": 5},
        {"invitee": "urn:li:person:x", "message": {"body": "x"}},
        {"invitee": "urn:li:person:x", "message": {NOTE: {"body": "x" * 301}}},
        {"invitee": "urn:li:person:x", "mood": "good"},
    ],
)
def test_an_invitation_outside_the_rules_is_refused(ada: Api, body: dict[str, Any]) -> None:
    assert ada.send("POST", "/v2/invitations", body).status_code == 422
    assert ada.applied() == []


def test_messages_go_to_connections_or_a_thread_and_never_both(ada: Api) -> None:
    ada.sandbox.post("connections", member=ada.member_id, others=["zoe"])
    zoe = ["urn:li:person:zoe"]
    made = write(ada, recipients=zoe, subject="Hi", messageType="MEMBER_TO_MEMBER")
    assert made.status_code == 201
    assert made.headers["x-linkedin-id"]
    assert write(ada, thread="urn:li:messagingThread:1").status_code == 201
    assert write(ada, recipients=["urn:li:person:stranger"]).status_code == 403
    for wrong in (
        {},
        {"recipients": zoe, "thread": "t"},
        {"recipients": zoe, "body": ""},
        {"recipients": zoe, "body": "<b>bold</b>"},
    ):
        assert write(ada, **wrong).status_code == 422
    assert ada.applied() == ["message.create"] * 2


def test_without_the_contract_neither_is_possible(member: SignIn) -> None:
    usual = member("openid profile w_member_social")
    for answer in (invite(usual, "urn:li:person:x"), write(usual, recipients=["x"])):
        assert (answer.status_code, answer.json()["code"]) == (403, "ACCESS_DENIED")
    assert ".CREATE.NO_VERSION" in answer.json()["message"]
