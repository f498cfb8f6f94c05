"""Uploads over plain HTTP: allowed, sent in parts, processed, and what is refused."""

from typing import Any

import pytest

from stack.sandbox.linkedin.assets import LIFE_MS, PART_BYTES
from tests.integration.linkedin.rest.conftest import Api, SignIn, enc


def begin(api: Api, kind: str, **wanted: Any) -> Any:
    body = {"initializeUploadRequest": {"owner": api.urn, **wanted}}
    return api.send("POST", f"/rest/{kind}s?action=initializeUpload", body)


def finish(api: Api, value: Any, tags: list[str], **changed: Any) -> Any:
    ended = {"video": value["video"], "uploadToken": value["uploadToken"], "uploadedPartIds": tags}
    body = {"finalizeUploadRequest": {**ended, **changed}}
    return api.send("POST", "/rest/videos?action=finalizeUpload", body)


@pytest.mark.parametrize("kind", ["image", "document"])
def test_an_image_or_document_is_one_put(ada: Api, kind: str) -> None:
    value = begin(ada, kind).json()["value"]
    assert value.keys() == {"uploadUrlExpiresAt", "uploadUrl", kind}
    path = f"/rest/{kind}s/{enc(value[kind])}"
    assert ada.get(path)["status"] == "WAITING_UPLOAD"
    sent = ada.http.put(value["uploadUrl"], content=b"x" * 1_000)
    assert (sent.status_code, sent.content) == (201, b"")
    ada.sandbox.post("clock", advance_seconds=1)
    seen = ada.get(path)
    assert (seen["id"], seen["owner"], seen["status"]) == (value[kind], ada.urn, "AVAILABLE")
    assert seen["downloadUrlExpiresAt"] > value["uploadUrlExpiresAt"] - LIFE_MS
    assert seen["downloadUrl"]


def test_a_video_is_sent_in_parts_and_ended_with_their_tags(ada: Api) -> None:
    film = b"a" * PART_BYTES + b"b" * 10
    value = begin(ada, "video", fileSizeBytes=len(film)).json()["value"]
    parts = value["uploadInstructions"]
    assert [(p["firstByte"], p["lastByte"]) for p in parts] == [
        (0, PART_BYTES - 1),
        (PART_BYTES, PART_BYTES + 9),
    ]
    tags = []
    for part in parts:
        sent = ada.http.put(
            part["uploadUrl"], content=film[part["firstByte"] : part["lastByte"] + 1]
        )
        assert sent.status_code == 200
        tags.append(sent.headers["etag"])
    path = f"/rest/videos/{enc(value['video'])}"
    assert ada.get(path)["status"] == "WAITING_UPLOAD"
    for wrong in (
        {"tags": tags[::-1]},
        {"tags": tags[:1]},
        {"tags": tags, "uploadToken": "another"},
    ):
        assert finish(ada, value, **wrong).status_code == 400
    ended = finish(ada, value, tags)
    assert (ended.status_code, ended.json()) == (200, {})
    assert ada.get(path)["status"] in {"PROCESSING", "AVAILABLE"}
    ada.sandbox.post("clock", advance_seconds=1)
    assert ada.get(path)["status"] == "AVAILABLE"
    urn = ada.posted(content={"media": {"id": value["video"], "title": "Film"}})
    assert urn.startswith("urn:li:ugcPost:")
    assert finish(ada, value, tags).status_code == 200
    assert ada.applied(kind="video.upload") == ["video.upload"]


def test_a_part_of_another_length_is_refused_and_can_be_sent_again(ada: Api) -> None:
    value = begin(ada, "video", fileSizeBytes=10).json()["value"]
    url = value["uploadInstructions"][0]["uploadUrl"]
    assert ada.http.put(url, content=b"short").status_code == 400
    assert finish(ada, value, []).status_code == 400
    sent = ada.http.put(url, content=b"0123456789")
    assert finish(ada, value, [sent.headers["etag"]]).status_code == 200


def test_an_upload_that_breaks_off_leaves_nothing(ada: Api) -> None:
    value = begin(ada, "image").json()["value"]
    path = f"/rest/images/{enc(value['image'])}"
    assert ada.http.put(value["uploadUrl"], content=b"").status_code == 400
    assert ada.get(path)["status"] == "WAITING_UPLOAD"
    assert ada.http.put(value["uploadUrl"], content=b"whole").status_code == 201


def test_an_address_is_good_for_a_day(ada: Api, member: SignIn) -> None:
    value = begin(ada, "image").json()["value"]
    assert ada.http.put(f"{value['uploadUrl']}x", content=b"x").status_code == 403
    ada.sandbox.post("clock", advance_seconds=LIFE_MS // 1000)
    assert ada.http.put(value["uploadUrl"], content=b"x").status_code == 403


def test_the_owner_must_be_the_member_or_a_page_of_the_members(
    ada: Api, member: SignIn, page: str
) -> None:
    refused = begin(ada, "document", owner="urn:li:person:another")
    assert refused.status_code == 403
    assert refused.json()["message"] == (
        "Accessing this document resource is forbidden. "
        "Please check your permissions for this resource"
    )
    assert begin(ada, "image", owner=page).status_code == 200
    assert begin(member(), "image", owner=page).status_code == 403


def test_only_what_is_available_and_ones_own_is_posted(ada: Api, member: SignIn) -> None:
    waiting = begin(ada, "image").json()["value"]["image"]
    others = member().uploaded()
    broken = ada.uploaded()
    ada.sandbox.post("assets", urn=broken, failure="IMAGE_PROCESSING_FAILED")
    seen = ada.get(f"/rest/images/{enc(broken)}")
    assert (seen["status"], seen["processingFailureReason"]) == (
        "PROCESSING_FAILED",
        "IMAGE_PROCESSING_FAILED",
    )
    for urn in (waiting, others, broken, "urn:li:image:never"):
        assert ada.post(content={"media": {"id": urn}}).status_code == 400
    assert "post.create" not in ada.applied()


def test_too_large_a_video_and_unknown_actions_are_refused(ada: Api) -> None:
    refused = begin(ada, "video", fileSizeBytes=(500 << 20) + 1)
    (error,) = refused.json()["errorDetails"]["inputErrors"]
    assert (refused.status_code, error["code"]) == (400, "FIELD_VALUE_TOO_HIGH")
    assert begin(ada, "video").status_code == 422
    assert ada.send("POST", "/rest/images?action=finalizeUpload", {}).status_code == 400


def test_a_member_token_sees_videos_but_not_images(member: SignIn) -> None:
    writer = member("openid profile w_member_social")
    video = begin(writer, "video", fileSizeBytes=10).json()["value"]["video"]
    image = begin(writer, "image").json()["value"]["image"]
    assert writer.send("GET", f"/rest/videos/{enc(video)}").status_code == 200
    assert writer.send("GET", f"/rest/images/{enc(image)}").status_code == 403


def test_several_uploads_are_looked_at_at_once(ada: Api) -> None:
    urns = [ada.uploaded(), ada.uploaded()]
    keys = ",".join(map(enc, [*urns, "urn:li:image:none"]))
    got = ada.get(f"/rest/images?ids=List({keys})")
    assert set(got["results"]) == set(urns)
    assert got["errors"]["urn:li:image:none"]["status"] == 404
