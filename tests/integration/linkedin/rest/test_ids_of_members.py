"""Each application knows a member by an id of its own, wherever persons are named."""

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httpx
import jwt
import pytest

from stack.sandbox.linkedin import claims
from tests.integration.linkedin.conftest import SandboxProcess
from tests.integration.linkedin.rest.conftest import SCOPES, Api, SignIn, enc

OTHER = "other-app"
SECRET = "another-secret"
BACK = "https://other.example/back"
NOTE = "com.linkedin.invitations.InvitationMessage"

Elsewhere = Callable[[Api], Api]


def tokens_of(sandbox: SandboxProcess, http: httpx.Client, member_id: str, scope: str) -> Any:
    asked = {"response_type": "code", "client_id": OTHER, "redirect_uri": BACK, "scope": scope}
    url = f"{sandbox.url}/oauth/v2/authorization"
    answer = http.get(url, params=asked | {"sandbox_member": member_id})
    code = httpx.URL(answer.headers["location"]).params["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    credentials = {"client_id": OTHER, "client_secret": SECRET}
    answer = http.post(f"{sandbox.url}/oauth/v2/accessToken", data=form | credentials)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def elsewhere(everything: SandboxProcess, http_client: httpx.Client) -> Elsewhere:
    """The same member, signed in to another application that may do everything too."""
    app = {"client_id": OTHER, "client_secret": SECRET, "redirect_uris": [BACK]}
    everything.post("apps", **app, products=[], scopes=SCOPES.split())

    def sign_in(member: Api) -> Api:
        token = tokens_of(everything, http_client, member.member_id, SCOPES)["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        known = http_client.get(f"{everything.url}/v2/userinfo", headers=headers).json()["sub"]
        return Api(everything, known, token, http_client)

    return sign_in


def test_each_application_knows_a_member_by_an_id_of_its_own(
    ada: Api, member: SignIn, elsewhere: Elsewhere
) -> None:
    there, bob = elsewhere(ada), elsewhere(member())
    assert there.member_id not in (ada.member_id, bob.member_id)
    assert elsewhere(ada).member_id == there.member_id  # signing in again changes nothing
    assert ada.get("/v2/me")["id"] == ada.member_id
    assert there.get("/v2/me")["id"] == there.member_id
    assert set(there.get("/v2/userinfo")) == {"sub", *claims.NAMES}
    tokens = tokens_of(ada.sandbox, ada.http, ada.member_id, "openid profile")
    assert _claims(tokens["id_token"])["sub"] == there.member_id


def test_a_tester_finds_the_member_by_any_of_the_ids(ada: Api, elsewhere: Elsewhere) -> None:
    there = elsewhere(ada)
    (found,) = ada.sandbox.get("members", person=there.urn)
    assert (found["id"], found["ids"][OTHER]) == (ada.member_id, there.member_id)
    assert ada.sandbox.get("members", person=ada.member_id) == [found]
    there.posted()
    assert ada.applied() == ["post.create"]  # the log names the sandbox's own id


def test_authors_actors_and_mentions_are_named_as_the_reader_knows_them(
    ada: Api, member: SignIn, elsewhere: Elsewhere
) -> None:
    bob = member()
    ada_there, bob_there = elsewhere(ada), elsewhere(bob)
    text = f"Thanks @[Bob]({bob_there.urn}) {secrets.token_hex(6)}"
    post = ada_there.posted(commentary=text)

    seen = ada.get(f"/rest/posts/{enc(post)}")
    assert seen["author"] == ada.urn
    assert seen["commentary"] == text.replace(bob_there.urn, bob.urn)
    there = ada_there.get(f"/rest/posts/{enc(post)}")
    assert (there["author"], there["commentary"]) == (ada_there.urn, text)
    found = ada_there.get(f"/rest/posts?q=author&author={enc(ada_there.urn)}")
    assert [each["id"] for each in found["elements"]] == [post]

    said = bob_there.comment(post, "well").json()
    assert said["actor"] == said["created"]["actor"] == bob_there.urn
    (comment,) = ada.get(f"/rest/socialActions/{enc(post)}/comments")["elements"]
    assert comment["actor"] == bob.urn
    assert bob_there.urn in _decoded(bob_there.react(post).headers["x-restli-id"])
    reacted = ada.get(f"/rest/reactions/(actor:{enc(bob.urn)},entity:{enc(post)})")
    assert reacted["created"]["actor"] == bob.urn
    key = f"(actor:{enc(bob_there.urn)},entity:{enc(post)})"
    assert list(ada_there.get(f"/rest/reactions?ids=List({key})")["results"]) == [key]


def test_roles_connections_and_invitations_are_named_so_too(
    ada: Api, page: str, member: SignIn, elsewhere: Elsewhere
) -> None:
    bob, eve = member(), member()
    there, bob_there, eve_there = elsewhere(ada), elsewhere(bob), elsewhere(eve)
    (role,) = there.get("/rest/organizationAcls?q=roleAssignee")["elements"]
    assert (role["organization"], role["roleAssignee"]) == (page, there.urn)
    ada.sandbox.post("connections", member=ada.member_id, others=[bob.member_id])
    assert there.get("/v2/connections?q=viewer")["elements"] == [{"to": bob_there.urn}]
    assert there.get(f"/v2/connections/{enc(there.urn)}") == {"firstDegreeSize": 1}
    message = {"recipients": [bob_there.urn], "body": "Hello"}
    assert there.send("POST", "/v2/messages", message).status_code == 201
    made = there.send("POST", "/v2/invitations", {"invitee": eve_there.urn})
    urn = made.headers["x-linkedin-id"]
    seen = ada.get(f"/v2/invitations/{enc(urn)}")
    assert (seen["inviter"], seen["invitee"]) == (ada.urn, eve.urn)
    metric = f"q=entity&entity=(share:{enc(there.posted())})&queryType=IMPRESSION"
    assert there.send("GET", f"/rest/memberCreatorPostAnalytics?{metric}").status_code == 200


def test_an_id_of_another_application_is_nobody(
    ada: Api, member: SignIn, elsewhere: Elsewhere
) -> None:
    there, bob = elsewhere(ada), member()
    ada.sandbox.post("connections", member=ada.member_id, others=[bob.member_id])
    assert there.post(author=ada.urn).status_code == 403
    assert ada.post(author=there.urn).status_code == 403
    message = {"recipients": [bob.urn], "body": "Hello"}
    assert there.send("POST", "/v2/messages", message).status_code == 403
    refused = there.comment(ada.posted(), "well", actor=bob.urn)
    assert refused.json()["message"].endswith(bob.urn)  # in the words of who asked
    stranger = f"@[Bob]({bob.urn}) {secrets.token_hex(6)}"
    post = there.posted(commentary=stranger)
    assert there.get(f"/rest/posts/{enc(post)}")["commentary"] == stranger
    assert bob.urn not in ada.get(f"/rest/posts/{enc(post)}")["commentary"]


def _claims(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})


def _decoded(text: str) -> str:
    return unquote(text)
