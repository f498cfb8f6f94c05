"""Uploads over plain HTTP: allowed, sent in parts, processed, and what is refused."""

from typing import Any

import pytest

from stack.sandbox.linkedin.assets import LIFE_MS, PART_BYTES
from tests.integration.linkedin.rest.conftest import Api, SignIn, enc
from tests.support import media


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
    content = media.png() if kind == "image" else media.pdf()
    sent = ada.http.put(value["uploadUrl"], content=content)
    assert (sent.status_code, sent.content) == (201, b"")
    ada.sandbox.post("clock", advance_seconds=1)
    seen = ada.get(path)
    assert (seen["id"], seen["owner"], seen["status"]) == (value[kind], ada.urn, "AVAILABLE")
    assert seen["downloadUrlExpiresAt"] > value["uploadUrlExpiresAt"] - LIFE_MS
    assert seen["downloadUrl"]


def test_a_video_is_sent_in_parts_and_ended_with_their_tags(ada: Api) -> None:
    film = media.mp4(size_bytes=PART_BYTES + 10)
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


MANY_PIXELS = {"width": 6_144, "height": 5_884}
"""Just under the limit; one line more is too much."""


def send(api: Api, kind: str, content: bytes) -> Any:
    """Upload in LinkedIn's parts, and look at what it thinks of it."""
    sizes = {"fileSizeBytes": len(content)} if kind == "video" else {}
    value = begin(api, kind, **sizes).json()["value"]
    if kind == "video":
        parts = value["uploadInstructions"]
        pieces = [(each["uploadUrl"], each["firstByte"], each["lastByte"] + 1) for each in parts]
        sent = [api.http.put(url, content=content[first:last]) for url, first, last in pieces]
        assert finish(api, value, [each.headers["etag"] for each in sent]).status_code == 200
    else:
        assert api.http.put(value["uploadUrl"], content=content).status_code == 201
    api.sandbox.post("clock", advance_seconds=1)
    return api.get(f"/rest/{kind}s/{enc(value[kind])}")


def _words(value: object) -> str:
    """Names a case by its words: the bytes are others in every process."""
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("image", media.png(**MANY_PIXELS)),
        ("image", media.jpeg(**MANY_PIXELS)),
        ("image", media.gif(frames=250)),
        ("document", media.pdf(300)),
        ("document", media.docx(300)),
        ("document", media.pptx(300)),
        ("document", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)),
        ("video", media.mp4(3, size_bytes=75_000)),
        ("video", media.mp4(30 * 60)),
    ],
    ids=_words,
)
def test_what_is_within_the_rules_is_available(ada: Api, kind: str, content: bytes) -> None:
    assert send(ada, kind, content)["status"] == "AVAILABLE"


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("image", media.png(6_144, 5_885), "TOO_MANY_PIXELS: 36157440"),
        ("image", media.jpeg(6_144, 5_885), "TOO_MANY_PIXELS: 36157440"),
        ("image", media.gif(6_144, 5_885), "TOO_MANY_PIXELS: 36157440"),
        ("image", media.gif(frames=251), "TOO_MANY_FRAMES: 251"),
        ("image", b"RIFF\0\0\0\0WEBPVP8 ", "UNSUPPORTED_FORMAT: not a whole JPG, GIF or PNG"),
        ("image", media.jpeg()[:-9], "UNSUPPORTED_FORMAT"),
        ("image", media.gif()[:-3], "UNSUPPORTED_FORMAT"),
        ("image", media.png()[:20], "UNSUPPORTED_FORMAT"),
        ("document", media.pdf(301), "TOO_MANY_PAGES: 301"),
        ("document", media.docx(301), "TOO_MANY_PAGES: 301"),
        ("document", media.pptx(301), "TOO_MANY_PAGES: 301"),
        ("document", media.png(), "UNSUPPORTED_FORMAT: not a PDF, DOC, DOCX, PPT or PPTX"),
        ("document", media.docx()[:-9], "UNSUPPORTED_FORMAT"),
        ("video", media.mp4(size_bytes=74_999), "TOO_SMALL: 74999 bytes"),
        ("video", media.mp4(2.9), "WRONG_LENGTH: 2.9 seconds"),
        ("video", media.mp4(30 * 60 + 1), "WRONG_LENGTH: 1801 seconds"),
        ("video", media.pdf(size_bytes=76_000), "UNSUPPORTED_FORMAT: not a whole MP4"),
    ],
    ids=_words,
)
def test_what_is_outside_the_rules_is_not_processed_and_says_why(
    ada: Api, kind: str, content: bytes, reason: str
) -> None:
    seen = send(ada, kind, content)
    assert seen["status"] == "PROCESSING_FAILED"
    assert seen["processingFailureReason"].startswith(reason)
    refused = ada.post(content={"media": {"id": seen["id"]}})
    (error,) = refused.json()["errorDetails"]["inputErrors"]
    assert (refused.status_code, error["input"]["inputPath"]["fieldPath"]) == (400, "/content")
    assert reason in error["description"]
