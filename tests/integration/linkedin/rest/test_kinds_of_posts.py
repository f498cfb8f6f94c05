"""`/rest/posts` over plain HTTP: every kind of post, its life, and what is refused."""

from typing import Any

import pytest

from tests.integration.linkedin.rest.conftest import Api, SignIn, enc

POLL = {
    "question": "Which?",
    "options": [{"text": "one"}, {"text": "two"}],
    "settings": {"duration": "THREE_DAYS"},
}
ARTICLE = {"source": "https://example.com/a", "title": "A", "description": "b"}


def input_error(answer: Any) -> tuple[int, str]:
    body = answer.json()
    assert body["errorDetailType"] == "com.linkedin.common.error.BadRequest"
    return answer.status_code, body["errorDetails"]["inputErrors"][0]["code"]


@pytest.mark.parametrize("content", [{}, {"poll": POLL}, {"article": ARTICLE}])
def test_text_polls_and_articles_are_shares(ada: Api, content: dict[str, Any]) -> None:
    answer = ada.post(content=content)
    assert (answer.status_code, answer.content) == (201, b"")
    urn = answer.headers["x-restli-id"]
    assert urn.startswith("urn:li:share:")
    shown = ada.get(f"/rest/posts/{enc(urn)}")
    assert shown["content"] == content
    assert shown["createdAt"] == shown["lastModifiedAt"] == shown["publishedAt"]
    assert ada.applied() == ["post.create"]


def test_pictures_documents_and_thumbnails_are_shown_once_they_are_available(ada: Api) -> None:
    first, second, slides = ada.uploaded(), ada.uploaded(), ada.uploaded("document")
    for content in (
        {"media": {"id": first, "title": "A", "altText": "A cat"}},
        {"media": {"id": slides, "title": "Slides"}},
        {"multiImage": {"images": [{"id": first, "altText": "x"}, {"id": second}]}},
        {"article": {**ARTICLE, "thumbnail": first}},
    ):
        assert ada.get(f"/rest/posts/{enc(ada.posted(content=content))}")["content"] == content


@pytest.mark.parametrize("count", [1, 21])
def test_several_images_are_2_to_20(ada: Api, count: int) -> None:
    images = [{"id": "urn:li:image:x"}] * count
    assert ada.post(content={"multiImage": {"images": images}}).status_code == 422


@pytest.mark.parametrize(
    ("poll", "status"),
    [
        ({"options": [{"text": "one"}]}, 422),
        ({"options": [{"text": "x"}] * 5}, 422),
        ({"settings": {"duration": "ONE_WEEK"}}, 422),
        ({"question": "x" * 141}, 400),
        ({"options": [{"text": "x" * 31}, {"text": "y"}]}, 400),
    ],
)
def test_polls_have_rules(ada: Api, poll: dict[str, Any], status: int) -> None:
    assert ada.post(content={"poll": {**POLL, **poll}}).status_code == status
    assert ada.applied() == []


@pytest.mark.parametrize("visibility", ["PUBLIC", "CONNECTIONS", "LOGGED_IN"])
def test_who_may_see_a_post_is_kept(ada: Api, visibility: str) -> None:
    urn = ada.posted(visibility=visibility)
    assert ada.get(f"/rest/posts/{enc(urn)}")["visibility"] == visibility


def test_a_reshare_names_a_post_that_may_be_reshared(ada: Api, member: SignIn) -> None:
    open_post, closed = ada.posted(), ada.posted(isReshareDisabledByAuthor=True)
    other = member()
    assert other.post(reshareContext={"parent": open_post}).status_code == 201
    for parent in (closed, "urn:li:share:1"):
        refused = other.post(reshareContext={"parent": parent})
        assert input_error(refused) == (400, "PARAM_INVALID")
    assert other.post(reshareContext={"parent": "urn:li:person:x"}).status_code == 422


def test_a_page_is_an_author_for_its_administrators_alone(
    ada: Api, member: SignIn, page: str
) -> None:
    urn = ada.posted(author=page)
    assert ada.get(f"/rest/posts/{enc(urn)}")["author"] == page
    refused = member().post(author=page)
    assert (refused.status_code, refused.json()["code"]) == (403, "ACCESS_DENIED")
    only_self = member("openid profile w_member_social")
    assert only_self.post(author=page).status_code == 403


def test_a_carousel_and_a_post_in_no_feed_are_sponsored_and_need_their_fields(
    ada: Api, page: str
) -> None:
    nowhere = {"feedDistribution": "NONE"}
    carousel: dict[str, Any] = {"carousel": {"cards": []}}
    ads = {"dscAdAccount": "urn:li:sponsoredAccount:1", "dscStatus": "ACTIVE"}
    assert input_error(ada.post(content=carousel)) == (400, "PARAM_INVALID")
    for given in ({}, {"author": page}, {"author": page, "adContext": {"dscStatus": "ACTIVE"}}):
        refused = ada.post(distribution=nowhere, **given)
        assert input_error(refused) == (400, "MISSING_REQUIRED_FIELD_FOR_DSC")
    made = ada.post(author=page, distribution=nowhere, adContext=ads, content=carousel)
    assert made.status_code == 201


def test_some_fields_can_be_changed_and_others_cannot(ada: Api) -> None:
    urn = ada.posted()
    path = f"/rest/posts/{enc(urn)}"
    words = {
        "commentary": "better",
        "contentLandingPage": "https://example.com",
        "contentCallToActionLabel": "LEARN_MORE",
    }
    changed = ada.edit(path, {"$set": words})
    assert (changed.status_code, changed.content) == (204, b"")
    shown = ada.get(path)
    assert {name: shown[name] for name in words} == words
    assert shown["lifecycleStateInfo"] == {"isEditedByAuthor": True}
    for name in ("author", "visibility", "content"):
        assert input_error(ada.edit(path, {"$set": {name: "x"}})) == (400, "PARAM_INVALID")
    assert ada.edit(path, {"$set": {"commentary": "x" * 3_001}}).status_code == 400
    assert ada.applied() == ["post.create", "post.edit"]


def test_a_draft_is_the_authors_until_it_is_published(ada: Api) -> None:
    path = f"/rest/posts/{enc(ada.posted(lifecycleState='DRAFT'))}"
    assert ada.send("GET", path).status_code == 404
    assert ada.get(f"{path}?viewContext=AUTHOR")["lifecycleState"] == "DRAFT"
    assert ada.edit(path, {"$set": {"lifecycleState": "PUBLISHED"}}).status_code == 204
    assert ada.get(path)["publishedAt"]
    assert ada.edit(path, {"$set": {"lifecycleState": "DRAFT"}}).status_code == 422


def test_posts_of_an_author_come_in_pages_newest_first(ada: Api, member: SignIn) -> None:
    made = [ada.posted() for _ in range(3)]
    asked = f"/rest/posts?author={enc(ada.urn)}&q=author&sortBy=CREATED&count=2"
    first = ada.get(asked, X_RestLi_Method="FINDER")
    assert [each["id"] for each in first["elements"]] == made[:0:-1]
    (link,) = first["paging"]["links"]
    assert (first["paging"]["total"], link["rel"]) == (3, "next")
    rest = ada.get(link["href"])
    assert [each["id"] for each in rest["elements"]] == made[:1]
    ada.send("DELETE", f"/rest/posts/{enc(made[0])}")
    assert ada.get(asked)["paging"]["total"] == 2
    ada.edit(f"/rest/posts/{enc(made[1])}", {"$set": {"commentary": "newest"}})
    assert ada.get(f"/rest/posts?author={enc(ada.urn)}&q=author")["elements"][0]["id"] == made[1]
    assert member().send("GET", asked).status_code == 403


def test_a_deletion_can_be_repeated_and_is_applied_once(ada: Api) -> None:
    path = f"/rest/posts/{enc(ada.posted())}"
    assert [ada.send("DELETE", path).status_code for _ in range(2)] == [204, 204]
    assert ada.send("GET", path).status_code == 404
    assert ada.applied() == ["post.create", "post.delete"]


def test_repeated_text_is_refused_and_after_deletion_by_a_urn_that_nobody_can_read(
    ada: Api,
) -> None:
    urn = ada.posted(commentary=f"same {ada.member_id}")
    again = ada.post(commentary=f"same {ada.member_id}")
    assert input_error(again) == (422, "DUPLICATE_POST")
    assert again.json()["message"].endswith(f"Content is a duplicate of {urn}")
    ada.send("DELETE", f"/rest/posts/{enc(urn)}")
    named = {
        ada.post(commentary=f"same {ada.member_id}").json()["message"].rpartition(" ")[2]
        for _ in range(2)
    }
    assert len(named | {urn}) == 3
    for unknown in named:
        assert ada.send("GET", f"/rest/posts/{enc(unknown)}").status_code == 404


def test_mentions_and_hashtags_are_shown_and_a_bare_sign_cuts(ada: Api) -> None:
    cases = {
        r"Hi @[Ada L](urn:li:person:x) #now {hashtag|\#|then} \(all\)": "Hi Ada L #now #then (all)",
        "At @[Works](urn:li:organization:1)": "At Works",
        "one (two)": "one ",
        "tail_": "tail",
    }
    for commentary, rendered in cases.items():
        urn = ada.posted(commentary=f"{ada.member_id} {commentary}")
        (entry,) = ada.sandbox.get("applied", urn=urn)
        assert entry["rendered"] == f"{ada.member_id} {rendered}"


def test_writing_does_not_include_reading(member: SignIn) -> None:
    writer = member("openid profile w_member_social")
    urn = enc(writer.posted())
    image = enc(writer.uploaded())
    for path in (
        f"/rest/posts/{urn}",
        f"/rest/posts?ids=List({urn})",
        f"/rest/posts?q=author&author={enc(writer.urn)}",
        f"/rest/socialActions/{urn}/comments",
        f"/rest/socialMetadata/{urn}",
        f"/rest/reactions/(entity:{urn})?q=entity",
        f"/rest/images/{image}",
    ):
        refused = writer.send("GET", path)
        assert (refused.status_code, refused.json()["serviceErrorCode"]) == (403, 100), path
