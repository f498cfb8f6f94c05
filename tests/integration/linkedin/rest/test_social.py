"""Comments, reactions, likes and their counts over plain HTTP."""

import pytest

from stack.sandbox.linkedin.reactions import TYPES
from tests.integration.linkedin.rest.conftest import Api, SignIn, enc


def comments_of(urn: str) -> str:
    return f"/rest/socialActions/{enc(urn)}/comments"


def test_a_comment_tells_who_said_what_where_and_when(ada: Api, member: SignIn) -> None:
    post = ada.posted()
    other = member()
    answer = other.comment(post, "Well (said)_")
    made = answer.json()
    assert (answer.status_code, answer.headers["x-restli-id"]) == (201, made["id"])
    activity = made["object"]
    assert activity.startswith("urn:li:activity:")
    assert activity.rpartition(":")[2] != post.rpartition(":")[2]
    assert made["$URN"] == f"urn:li:comment:({activity},{made['id']})"
    assert made["created"]["actor"] == made["actor"] == other.urn
    assert made["message"]["text"] == "Well (said)_"
    assert other.applied() == ["comment.create"]
    by_activity = ada.get(f"{comments_of(activity)}/{made['id']}")
    assert by_activity == ada.get(f"{comments_of(post)}/{made['id']}")


def test_an_answer_hangs_from_its_comment_and_cannot_be_answered(ada: Api) -> None:
    post = ada.posted()
    first = ada.comment(post, "first").json()["$URN"]
    nested = ada.comment(post, "nested", parentComment=first)
    assert nested.json()["parentComment"] == first
    assert ada.comment(post, "deeper", parentComment=nested.json()["$URN"]).status_code == 400
    path = f"/rest/socialActions/{enc(first)}/comments"
    body = {"actor": ada.urn, "object": post, "message": {"text": "by path"}}
    assert ada.send("POST", path, body).status_code == 201
    texts = [each["message"]["text"] for each in ada.get(path)["elements"]]
    assert texts == ["by path", "nested"]
    top = ada.get(comments_of(post))
    assert [each["message"]["text"] for each in top["elements"]] == ["first"]
    assert top["elements"][0]["commentsSummary"] == {"totalFirstLevelComments": 2}


def test_comments_come_in_pages_and_in_batches(ada: Api) -> None:
    post = ada.posted()
    ids = [ada.comment(post, f"text {n}").json()["id"] for n in range(3)]
    listed = ada.get(f"{comments_of(post)}?start=1&count=1")
    assert [each["id"] for each in listed["elements"]] == [ids[1]]
    assert listed["paging"]["total"] == 3
    got = ada.get(f"{comments_of(post)}?ids=List({ids[0]},1)")
    assert (set(got["results"]), got["errors"]["1"]["status"]) == ({ids[0]}, 404)


def test_a_comment_is_changed_and_deleted_by_its_actor_alone(ada: Api, member: SignIn) -> None:
    post = ada.posted()
    number = ada.comment(post, "before").json()["id"]
    path = f"{comments_of(post)}/{number}"
    patch = {"message": {"$set": {"text": "after"}}}
    other = member()
    assert other.edit(path, patch).status_code == 403
    assert other.send("DELETE", f"{path}?actor={enc(other.urn)}").status_code == 403
    assert ada.edit(f"{path}?actor={enc(ada.urn)}", patch).status_code == 204
    assert ada.get(path)["message"]["text"] == "after"
    assert ada.send("DELETE", f"{path}?actor={enc(ada.urn)}").status_code == 204
    assert ada.send("DELETE", f"{path}?actor={enc(ada.urn)}").status_code == 404
    assert ada.applied()[1:] == ["comment.create", "comment.edit", "comment.delete"]


def test_a_page_comments_for_its_administrators(ada: Api, member: SignIn, page: str) -> None:
    post = ada.posted()
    assert ada.comment(post, "from us", actor=page).json()["actor"] == page
    assert member().comment(post, "from us", actor=page).status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"message": {"text": "x" * 1_251}}, 400),
        ({"message": {"text": ""}}, 422),
        ({"message": None}, 422),
        ({"mood": "good"}, 422),
        ({"object": "urn:li:share:1"}, 404),
        ({"object": "urn:li:person:x"}, 400),
        ({"parentComment": "urn:li:comment:(urn:li:activity:1,2)"}, 404),
        ({"message": {"text": "Ada", "attributes": [{"start": 1, "length": 9}]}}, 422),
        ({"actor": "urn:li:person:another"}, 403),
    ],
)
def test_a_comment_outside_the_rules_is_refused(
    ada: Api, change: dict[str, object], status: int
) -> None:
    post = ada.posted()
    assert ada.comment(post, "text", **change).status_code == status
    assert ada.applied() == ["post.create"]


def test_a_mention_in_a_comment_is_an_attribute(ada: Api) -> None:
    value = {"com.linkedin.common.MemberAttributedEntity": {"member": ada.urn}}
    attributes = [{"start": 0, "length": 3, "value": value}]
    message = {"text": "Ada, look", "attributes": attributes}
    assert ada.comment(ada.posted(), "", message=message).json()["message"] == message


@pytest.mark.parametrize("kind", TYPES)
def test_each_kind_of_reaction_is_made_and_counted(ada: Api, kind: str) -> None:
    post = ada.posted()
    answer = ada.react(post, kind)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["reactionType"], made["created"]["actor"]) == (kind, ada.urn)
    assert made["root"].startswith("urn:li:activity:")
    felt = ada.get(f"/rest/socialMetadata/{enc(post)}")["reactionSummaries"]
    assert felt == {kind: {"reactionType": kind, "count": 1}}


def test_another_reaction_takes_the_place_of_the_first_and_goes_once(ada: Api) -> None:
    post = ada.posted()
    for kind in ("LIKE", "PRAISE"):
        ada.react(post, kind)
    key = f"/rest/reactions/(actor:{enc(ada.urn)},entity:{enc(post)})"
    assert ada.get(key)["reactionType"] == "PRAISE"
    found = ada.get(f"/rest/reactions/(entity:{enc(post)})?q=entity")
    assert [each["reactionType"] for each in found["elements"]] == ["PRAISE"]
    assert [ada.send("DELETE", key).status_code for _ in range(2)] == [204, 404]
    assert ada.applied()[1:] == ["reaction.create", "reaction.create", "reaction.delete"]


def test_a_comment_can_be_reacted_to(ada: Api) -> None:
    comment = ada.comment(ada.posted(), "text").json()["$URN"]
    assert ada.react(comment).json()["root"] == comment
    seen = ada.get(f"/rest/socialMetadata/{enc(comment)}")
    assert seen["reactionSummaries"]["LIKE"]["count"] == 1


def test_a_reaction_outside_the_rules_is_refused(ada: Api, member: SignIn) -> None:
    post = ada.posted()
    assert ada.react(post, "MAYBE").status_code == 422
    assert ada.react("urn:li:share:1").status_code == 404
    body = {"root": post, "reactionType": "LIKE"}
    assert ada.send("POST", "/rest/reactions", body).status_code == 400
    forged = member().send("POST", f"/rest/reactions?actor={enc(ada.urn)}", body)
    assert forged.status_code == 403


def test_likes_are_the_older_way_to_react(ada: Api) -> None:
    post = ada.posted()
    path = f"/rest/socialActions/{enc(post)}/likes"
    assert ada.send("POST", path, {"actor": ada.urn, "object": post}).status_code == 201
    (like,) = ada.get(path)["elements"]
    assert like["actor"] == ada.urn
    summary = ada.get(f"/v2/socialActions/{enc(post)}")
    assert summary["likesSummary"]["totalLikes"] == 1
    assert ada.get(f"{path}/{enc(ada.urn)}")["actor"] == ada.urn
    assert ada.send("DELETE", f"{path}/{enc(ada.urn)}?actor={enc(ada.urn)}").status_code == 204
    assert ada.get(path)["elements"] == []


def test_comments_are_counted_closed_and_opened(ada: Api, member: SignIn) -> None:
    post = ada.posted()
    first = ada.comment(post, "first").json()["$URN"]
    ada.comment(post, "answer", parentComment=first)
    path = f"/rest/socialMetadata/{enc(post)}"
    seen = ada.get(path)
    assert seen["commentSummary"] == {"count": 2, "topLevelCount": 1}
    assert seen["commentsState"] == "OPEN"
    other = member()
    close = {"$set": {"commentsState": "CLOSED"}}
    assert other.edit(f"{path}?actor={enc(other.urn)}", close).status_code == 403
    assert ada.edit(f"{path}?actor={enc(ada.urn)}", close).status_code == 204
    seen = ada.get(f"/rest/socialMetadata?ids=List({enc(post)})")["results"][post]
    assert (seen["commentsState"], seen["commentSummary"]["count"]) == ("CLOSED", 0)
    assert ada.comment(post, "too late").status_code == 403
    ada.edit(f"{path}?actor={enc(ada.urn)}", {"$set": {"commentsState": "OPEN"}})
    assert ada.comment(post, "again").status_code == 201
