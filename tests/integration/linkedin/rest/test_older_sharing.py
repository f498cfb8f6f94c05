"""`/v2/ugcPosts` and `/v2/assets`, as the self-serve pages still show them."""

from typing import Any

import pytest

from tests.integration.linkedin.rest.conftest import Api, SignIn, enc
from tests.support import media as files

SHARE = "com.linkedin.ugc.ShareContent"
VISIBILITY = "com.linkedin.ugc.MemberNetworkVisibility"
RECIPE = "urn:li:digitalmediaRecipe:feedshare-image"


def share(api: Api, text: str, category: str = "NONE", *media: Any, **changed: Any) -> Any:
    content = {"shareCommentary": {"text": text}, "shareMediaCategory": category}
    body = {
        "author": api.urn,
        "lifecycleState": "PUBLISHED",
        "specificContent": {SHARE: {**content, "media": list(media)}},
        "visibility": {VISIBILITY: "PUBLIC"},
    }
    return api.send("POST", "/v2/ugcPosts", {**body, **changed}, LinkedIn_Version="")


def test_a_text_is_plain_and_nothing_is_cut(ada: Api) -> None:
    text = f"{ada.member_id} (all) of_it #tag"
    made = share(ada, text)
    assert (made.status_code, made.json()["id"]) == (201, made.headers["x-restli-id"])
    urn = made.headers["x-restli-id"]
    (entry,) = ada.sandbox.get("applied", urn=urn)
    assert (urn.split(":")[2], entry["rendered"], entry["is_cut"]) == ("ugcPost", text, False)
    assert ada.get(f"/rest/posts/{enc(urn)}")["commentary"] == text.replace("(", "\\(").replace(
        ")", "\\)"
    ).replace("_", "\\_").replace("#", "\\#")
    assert share(ada, text).status_code == 422
    assert ada.send("DELETE", f"/v2/ugcPosts/{enc(urn)}").status_code == 204


def test_a_picture_is_registered_sent_and_shared(ada: Api) -> None:
    wanted = {"registerUploadRequest": {"owner": ada.urn, "recipes": [RECIPE]}}
    value = ada.send("POST", "/v2/assets?action=registerUpload", wanted).json()["value"]
    (mechanism,) = value["uploadMechanism"].values()
    assert share(ada, "too soon", "IMAGE", {"media": value["asset"]}).status_code == 400
    assert ada.http.put(mechanism["uploadUrl"], content=files.png()).status_code == 201
    ada.sandbox.post("clock", advance_seconds=1)
    media = {"status": "READY", "media": value["asset"], "title": {"text": "A cat"}}
    assert share(ada, f"look {ada.member_id}", "IMAGE", media).status_code == 201


def test_an_article_is_shared(ada: Api) -> None:
    media = {"status": "READY", "originalUrl": "https://example.com", "title": {"text": "T"}}
    made = share(ada, f"read {ada.member_id}", "ARTICLE", media)
    shown = ada.get(f"/rest/posts/{enc(made.headers['x-restli-id'])}")
    assert shown["content"]["article"] == {"source": "https://example.com", "title": "T"}


def test_a_long_text_is_refused_in_linkedins_words(ada: Api) -> None:
    refused = share(ada, "x" * 8_694)
    (error,) = refused.json()["errorDetails"]["inputErrors"]
    assert (refused.status_code, error["code"], error["maxLength"]) == (
        400,
        "FIELD_ARRAY_SIZE_TOO_HIGH",
        3_000,
    )
    words = "ShareCommentary text length (8694 characters) exceeded the maximum allowed"
    assert f"{words} (3000 characters)" in refused.json()["message"]


def test_a_missing_permission_is_worded_as_it_was(member: SignIn) -> None:
    refused = share(member("openid profile"), "words")
    assert refused.status_code == 403
    assert refused.json()["message"] == "Not enough permissions to access: POST /ugcPosts"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"author": "urn:li:person:another"}, 403),
        ({"visibility": {}}, 422),
        ({"specificContent": {}}, 422),
        ({"mood": "good"}, 422),
        ({"lifecycleState": "GONE"}, 422),
    ],
)
def test_what_is_malformed_is_refused(ada: Api, change: dict[str, Any], status: int) -> None:
    assert share(ada, f"x {ada.member_id}", **change).status_code == status
    assert ada.applied() == []
