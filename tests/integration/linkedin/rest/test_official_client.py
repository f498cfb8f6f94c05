"""LinkedIn's own Python client, unmodified: only LinkedIn is elsewhere.

Its documented way to use other transport is a `requests` session, which both of its clients have.
"""

import secrets
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from linkedin_api.clients.auth.client import AuthClient
from linkedin_api.clients.restli.client import RestliClient
from requests.adapters import HTTPAdapter

from stack.sandbox.linkedin import restli
from stack.sandbox.linkedin.assets import PART_BYTES
from tests.integration.linkedin.conftest import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    SandboxProcess,
)
from tests.integration.linkedin.rest.conftest import SCOPES, VERSION, Api
from tests.support import media

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

LINKEDIN = ("www.linkedin.com", "api.linkedin.com")


class ToSandbox(HTTPAdapter):
    """Carries what is meant for LinkedIn to the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> Any:
        parts = urlsplit(str(request.url))
        assert parts.hostname in LINKEDIN
        request.url = f"{self._url}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        return super().send(request, *args, **more)


def aimed(client: Any, sandbox: SandboxProcess) -> Any:
    for host in LINKEDIN:
        client.session.mount(f"https://{host}", ToSandbox(sandbox.url))
    return client


@pytest.fixture
def rest(everything: SandboxProcess) -> RestliClient:
    return aimed(RestliClient(), everything)


@pytest.fixture
def given(ada: Api) -> dict[str, Any]:
    """What every versioned call is given."""
    return {"access_token": ada.token, "version_string": VERSION}


def a_post(author: str, text: str = "") -> dict[str, Any]:
    return {
        "author": author,
        "commentary": text or f"words {secrets.token_hex(8)}",
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED"},
        "lifecycleState": "PUBLISHED",
    }


@pytest.fixture
def posted(rest: RestliClient, given: dict[str, Any], ada: Api) -> str:
    made = rest.create(resource_path="/posts", entity=a_post(ada.urn), **given)
    assert made.status_code == 201
    return str(made.entity_id)


def test_it_signs_in_refreshes_introspects_and_asks_who_it_is(
    everything: SandboxProcess, rest: RestliClient, ada: Api
) -> None:
    auth = aimed(AuthClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI), everything)
    url = auth.generate_member_auth_url(scopes=SCOPES.split(), state="st")
    here = url.replace("https://www.linkedin.com", everything.url)
    back = ada.http.get(f"{here}&sandbox_member={ada.member_id}")
    code = back.next_request.url.params["code"] if back.next_request else ""
    tokens = auth.exchange_auth_code_for_access_token(code)
    assert tokens.status_code == 200
    assert tokens.expires_in > 5_000_000
    renewed = auth.exchange_refresh_token_for_access_token(tokens.refresh_token)
    assert auth.introspect_access_token(renewed.access_token).active
    me = rest.get(resource_path="/userinfo", access_token=renewed.access_token)
    assert me.entity["sub"] == ada.member_id


def test_a_post_is_created_read_changed_found_and_deleted(
    rest: RestliClient, given: dict[str, Any], ada: Api, posted: str
) -> None:
    key = {"resource_path": "/posts/{id}", "path_keys": {"id": posted}, **given}
    patch = {"$set": {"commentary": "other words"}}
    assert rest.partial_update(patch_set_object=patch["$set"], **key).status_code == 204
    assert rest.get(**key).entity["commentary"] == "other words"
    found = rest.finder(
        resource_path="/posts",
        finder_name="author",
        query_params={"author": ada.urn, "count": 5, "sortBy": "CREATED"},
        **given,
    )
    assert [each["id"] for each in found.elements] == [posted]
    assert (found.paging.start, found.paging.count, found.paging.total) == (0, 5, 1)
    assert rest.delete(**key).status_code == 204
    assert rest.get(**key).status_code == 404


def test_several_posts_come_at_once_also_through_a_tunnel(
    rest: RestliClient, given: dict[str, Any], posted: str
) -> None:
    nobody = "urn:li:share:1"
    got = rest.batch_get(resource_path="/posts", ids=[posted, nobody], **given)
    assert (got.results[posted]["id"], got.statuses) == (posted, {posted: 200})
    assert got.errors[nobody]["status"] == 404
    many = [posted, *(f"urn:li:ugcPost:{10**18 + n}" for n in range(99))]
    tunnelled = rest.batch_get(resource_path="/posts", ids=many[:99], **given)
    assert "?" not in tunnelled.url
    assert (set(tunnelled.results), len(tunnelled.errors)) == ({posted}, 98)


def test_fields_narrow_the_answer(rest: RestliClient, given: dict[str, Any], posted: str) -> None:
    key = {"resource_path": "/posts/{id}", "path_keys": {"id": posted}}
    got = rest.get(query_params={"fields": "id,author"}, **key, **given)
    assert got.entity.keys() == {"id", "author"}
    assert "?&fields=id,author" in got.url


def test_an_image_and_a_video_are_uploaded_and_posted(
    rest: RestliClient, given: dict[str, Any], ada: Api
) -> None:
    wanted = {"initializeUploadRequest": {"owner": ada.urn}}
    image = rest.action(
        resource_path="/images", action_name="initializeUpload", action_params=wanted, **given
    ).value
    assert requests.put(image["uploadUrl"], data=media.png(), timeout=20).status_code == 201
    film = media.mp4(size_bytes=PART_BYTES + 1_000)
    sizes = {"fileSizeBytes": len(film), "uploadCaptions": False, "uploadThumbnail": False}
    video = rest.action(
        resource_path="/videos",
        action_name="initializeUpload",
        action_params={"initializeUploadRequest": {"owner": ada.urn, **sizes}},
        **given,
    ).value
    tags = [
        requests.put(
            part["uploadUrl"], data=film[part["firstByte"] : part["lastByte"] + 1], timeout=20
        ).headers["etag"]
        for part in video["uploadInstructions"]
    ]
    assert len(tags) == 2
    ended = {
        "video": video["video"],
        "uploadToken": video["uploadToken"],
        "uploadedPartIds": tags,
    }
    finished = rest.action(
        resource_path="/videos",
        action_name="finalizeUpload",
        action_params={"finalizeUploadRequest": ended},
        **given,
    )
    assert finished.status_code == 200
    ada.sandbox.post("clock", advance_seconds=1)
    for urn, kind in ((image["image"], "share"), (video["video"], "ugcPost")):
        body = {**a_post(ada.urn), "content": {"media": {"id": urn, "altText": "A cat"}}}
        made = rest.create(resource_path="/posts", entity=body, **given)
        assert (made.status_code, made.entity_id.split(":")[2]) == (201, kind)


def test_comments_are_made_listed_answered_and_deleted(
    rest: RestliClient, given: dict[str, Any], ada: Api, posted: str
) -> None:
    thread = {"resource_path": "/socialActions/{urn}/comments", "path_keys": {"urn": posted}}
    body = {"actor": ada.urn, "object": posted, "message": {"text": "Well said (1)"}}
    first = rest.create(entity=body, **thread, **given)
    urn = first.entity["$URN"]
    assert (first.status_code, first.entity["message"]["text"]) == (201, "Well said (1)")
    answer = rest.create(entity={**body, "parentComment": urn}, **thread, **given)
    assert answer.entity["parentComment"] == urn
    listed = rest.get_all(**thread, **given)
    assert [each["id"] for each in listed.elements] == [first.entity_id]
    one = {
        "resource_path": "/socialActions/{urn}/comments/{id}",
        "path_keys": {"urn": posted, "id": first.entity_id},
    }
    gone = rest.delete(query_params={"actor": ada.urn}, **one, **given)
    assert gone.status_code == 204
    assert rest.get(**one, **given).status_code == 404


def test_reactions_are_made_read_by_complex_key_and_deleted(
    rest: RestliClient, given: dict[str, Any], ada: Api, posted: str
) -> None:
    body = {"root": posted, "reactionType": "PRAISE"}
    made = rest.create(
        resource_path="/reactions", entity=body, query_params={"actor": ada.urn}, **given
    )
    assert made.decoded_entity_id["actor"] == ada.urn
    key = {"actor": ada.urn, "entity": posted}
    one = {"resource_path": "/reactions/{key}", "path_keys": {"key": key}}
    assert rest.get(**one, **given).entity["reactionType"] == "PRAISE"
    batch = rest.batch_get(resource_path="/reactions", ids=[key], **given)
    assert list(batch.results) == [restli.encode(key)]
    all_of_it = rest.finder(
        resource_path="/reactions/{key}",
        path_keys={"key": {"entity": posted}},
        finder_name="entity",
        **given,
    )
    assert [each["reactionType"] for each in all_of_it.elements] == ["PRAISE"]
    assert rest.delete(**one, **given).status_code == 204
    assert rest.get(**one, **given).status_code == 404


def test_refusals_are_json_that_it_can_read(rest: RestliClient, given: dict[str, Any]) -> None:
    key = {"resource_path": "/posts/{id}", "path_keys": {"id": "urn:li:share:1"}}
    for changed, status in (
        ({"access_token": "nonsense"}, 401),
        ({"version_string": "202001"}, 426),
        ({}, 404),
    ):
        got = rest.get(**{**key, **given, **changed})
        assert (got.status_code, got.entity["status"]) == (status, status)
