"""Posts between the real client and a sandbox process: effects, refusals and what we know."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.profile.linkedin.errors import AccessDenied, NotFound, TokenRefused
from services.profile.linkedin.model import ArticleLink, PostDraft
from services.profile.linkedin.outcome import (
    Confirmed,
    NotSent,
    Rejected,
    Throttled,
    Unknown,
)
from services.profile.linkedin.text import shown_text
from services.profile.linkedin.transport import CallRecord

HEADERS = {"LinkedIn-Version": "202609", "X-Restli-Protocol-Version": "2.0.0"}
BODY = {
    "commentary": "words",
    "visibility": "PUBLIC",
    "distribution": {"feedDistribution": "MAIN_FEED"},
    "lifecycleState": "PUBLISHED",
}


def applied(sandbox: Any, session: Any, **more: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = sandbox.get("applied", member=session.member.urn, **more)
    return entries


async def test_a_post_is_confirmed_by_its_urn_and_shown_as_meant(
    sandbox: Any, session: Any
) -> None:
    text = "Größe! #growth_hack (a|b) @[Ada](urn:li:person:x) 👩‍💻 \\o/ <3 C# *x* ~y~ {z}\nnew line"
    outcome = await session.linkedin.create_post(session.token, session.draft(text))
    (entry,) = applied(sandbox, session)
    assert outcome == Confirmed(entry["urn"])
    assert entry["kind"] == "post.create"
    assert entry["rendered"] == shown_text(text)
    assert not entry["is_cut"]
    assert entry["headers"]["linkedin-version"] == "202609"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(alphabet=st.sampled_from("\\|{}@[]()<>#*_~ \nab1é👩\0"), min_size=1, max_size=80))
async def test_any_text_arrives_whole(sandbox: Any, session: Any, text: str) -> None:
    outcome = await session.linkedin.create_post(session.token, session.draft(text))
    if isinstance(outcome, Rejected):  # hypothesis may try a text twice
        assert outcome.duplicate_of is not None
        outcome = Confirmed(outcome.duplicate_of)
    assert isinstance(outcome, Confirmed)
    (entry,) = sandbox.get("applied", urn=outcome.remote_id)
    assert (entry["rendered"], entry["is_cut"]) == (shown_text(text), False)


async def test_an_unescaped_character_cuts_the_post_without_a_word(
    sandbox: Any, session: Any, http: httpx.AsyncClient
) -> None:
    body = BODY | {"author": session.member.urn, "commentary": "sum (of parts)"}
    answer = await post_raw(http, sandbox, session, body)
    assert (answer.status_code, answer.content) == (201, b"")
    (entry,) = applied(sandbox, session, urn=answer.headers["x-restli-id"])
    assert (entry["rendered"], entry["is_cut"]) == ("sum ", True)


async def test_an_article_goes_with_the_post(sandbox: Any, session: Any) -> None:
    article = ArticleLink("https://example.com/a?b=c", "Title (1)", "What it says")
    draft = PostDraft(session.member.urn, "read this", content=article)
    assert isinstance(await session.linkedin.create_post(session.token, draft), Confirmed)
    (post,) = sandbox.get("posts", member=session.member.subject)
    assert post["content"]["article"]["title"] == "Title (1)"


async def test_a_repeated_post_is_refused_and_names_the_first(sandbox: Any, session: Any) -> None:
    draft = session.draft()
    first = await session.linkedin.create_post(session.token, draft)
    second = await session.linkedin.create_post(session.token, draft)
    assert isinstance(second, Rejected)
    assert (second.status, second.code) == (422, "DUPLICATE_POST")
    assert second.duplicate_of == first.remote_id
    assert len(applied(sandbox, session)) == 1


async def test_deletion_does_not_free_the_text_until_two_days_later(
    own_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    session = await sign_in(own_sandbox)
    draft = session.draft()
    first = await session.linkedin.create_post(session.token, draft)
    await session.linkedin.delete_post(session.token, first.remote_id)
    again = await session.linkedin.create_post(session.token, draft)
    assert again.duplicate_of not in (None, first.remote_id)
    own_sandbox.post("clock", advance_seconds=48 * 3600)
    later = await session.linkedin.create_post(session.token, draft)
    assert isinstance(later, Confirmed)


async def test_deleting_twice_is_confirmed_twice_and_applied_once(
    sandbox: Any, session: Any
) -> None:
    created = await session.linkedin.create_post(session.token, session.draft())
    for _ in range(2):
        gone = await session.linkedin.delete_post(session.token, created.remote_id)
        assert gone == Confirmed(created.remote_id)
    assert [e["kind"] for e in applied(sandbox, session)] == ["post.create", "post.delete"]


async def test_writing_does_not_include_reading(session: Any) -> None:
    created = await session.linkedin.create_post(session.token, session.draft())
    with pytest.raises(AccessDenied, match=r"access: posts\.GET\.20260901"):
        await session.linkedin.get_post(session.token, created.remote_id)


async def test_the_restricted_scope_reads_back_what_was_written(
    own_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    scopes = ("openid", "profile", "w_member_social", "r_member_social")
    session = await sign_in(own_sandbox, scopes=scopes)
    created = await session.linkedin.create_post(session.token, session.draft("a (b)"))
    post = await session.linkedin.get_post(session.token, created.remote_id)
    assert (post.urn, post.author_urn) == (created.remote_id, session.member.urn)
    assert post.commentary == "a \\(b\\)"
    assert abs((datetime.now(UTC) - post.created_at).total_seconds()) < 60
    await session.linkedin.delete_post(session.token, created.remote_id)
    with pytest.raises(NotFound):
        await session.linkedin.get_post(session.token, created.remote_id)


async def test_several_posts_are_read_at_once_and_each_missing_one_is_named(
    own_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    scopes = ("openid", "profile", "w_member_social", "r_member_social")
    session = await sign_in(own_sandbox, scopes=scopes)
    drafts = [session.draft() for _ in range(3)]
    urns = [
        (await session.linkedin.create_post(session.token, draft)).remote_id for draft in drafts
    ]
    # Enough keys that the query goes into the body: 90 URNs are over LinkedIn's 4 KB.
    missing = [f"urn:li:share:{10**18 + number}" for number in range(87)]

    batch = await session.linkedin.writes.posts.get_many(session.token, [*urns, *missing])

    assert [batch.results[urn].commentary for urn in urns] == [draft.text for draft in drafts]
    assert set(batch.errors) == set(missing)
    assert {type(error) for error in batch.errors.values()} == {NotFound}


async def test_another_members_post_is_neither_written_nor_deleted(
    sandbox: Any, session: Any, sign_in: Callable[..., Any]
) -> None:
    other = await sign_in(sandbox)
    created = await session.linkedin.create_post(session.token, session.draft())
    gone = await other.linkedin.delete_post(other.token, created.remote_id)
    forged = await other.linkedin.create_post(other.token, session.draft())
    assert (gone.status, forged.status) == (403, 403)
    assert applied(sandbox, other) == []


@pytest.mark.parametrize("kind", ["apply_then_drop", "apply_then_500"])
async def test_a_lost_answer_is_unknown_and_was_applied_once(
    own_sandbox: Any, sign_in: Callable[..., Any], kind: str
) -> None:
    session = await sign_in(own_sandbox)
    own_sandbox.post("faults", kind=kind, operation="posts.CREATE")
    draft = session.draft()
    assert isinstance(await session.linkedin.create_post(session.token, draft), Unknown)
    (entry,) = applied(own_sandbox, session)
    again = await session.linkedin.create_post(session.token, draft)
    assert again.duplicate_of == entry["urn"]


async def test_a_slow_answer_is_unknown_at_the_time_limit(
    own_sandbox: Any, sign_in: Callable[..., Any], connect: Callable[..., Any]
) -> None:
    session = await sign_in(own_sandbox)
    own_sandbox.post("faults", kind="apply_then_slow", operation="posts.CREATE", detail="800")
    hasty = connect(own_sandbox, timeout_ms=150)
    outcome = await hasty.create_post(session.token, session.draft())
    assert outcome == Unknown("TimeoutError")
    assert len(applied(own_sandbox, session)) == 1


async def test_a_throttled_post_waits_for_midnight_and_is_not_applied(
    own_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    session = await sign_in(own_sandbox)
    own_sandbox.post("faults", kind="throttle", operation="posts.CREATE", detail="APPLICATION DAY ")
    outcome = await session.linkedin.create_post(session.token, session.draft())
    assert isinstance(outcome, Throttled)
    assert outcome.until > datetime.now(UTC)
    assert (outcome.until.hour, outcome.until.minute) == (0, 0)
    assert applied(own_sandbox, session) == []


async def test_without_a_server_nothing_was_sent(session: Any, connect: Any, sandbox: Any) -> None:
    nowhere = connect(sandbox, api_url="http://127.0.0.1:1")
    assert await nowhere.create_post("t", session.draft()) == NotSent("ConnectError")
    assert await nowhere.delete_post("t", "urn:li:share:1") == NotSent("ConnectError")


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("", {"serviceErrorCode": 401, "message": "Empty oauth2_access_token"}),
        ("Basic abc", {"serviceErrorCode": 401, "message": "Empty oauth2_access_token"}),
        (
            "Bearer nonsense",
            {
                "serviceErrorCode": 65600,
                "code": "INVALID_ACCESS_TOKEN",
                "message": "Invalid access token",
            },
        ),
    ],
)
async def test_a_bad_token_is_401(
    sandbox: Any, http: httpx.AsyncClient, authorization: str, expected: dict[str, Any]
) -> None:
    headers = HEADERS | {"Authorization": authorization}
    answer = await http.post(f"{sandbox.url}/rest/posts", headers=headers, json=BODY)
    assert (answer.status_code, answer.json()) == (401, {"status": 401, **expected})


async def test_a_bad_token_raises_on_reads_and_is_rejected_on_writes(session: Any) -> None:
    with pytest.raises(TokenRefused):
        await session.linkedin.userinfo("nonsense")
    outcome = await session.linkedin.create_post("nonsense", session.draft())
    assert (outcome.status, outcome.code) == (401, "INVALID_ACCESS_TOKEN")


async def test_a_token_without_the_scope_may_not_post(
    sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    session = await sign_in(sandbox, scopes=("openid", "profile"))
    outcome = await session.linkedin.create_post(session.token, session.draft())
    assert (outcome.status, outcome.code) == (403, "ACCESS_DENIED")
    assert outcome.message.endswith("posts.CREATE.20260901")


async def test_a_version_is_required_and_a_dead_one_is_426(
    sandbox: Any, session: Any, http: httpx.AsyncClient, connect: Callable[..., Any]
) -> None:
    headers = {"Authorization": f"Bearer {session.token}"}
    answer = await http.post(f"{sandbox.url}/rest/posts", headers=headers, json=BODY)
    assert (answer.status_code, answer.json()["code"]) == (400, "VERSION_MISSING")
    outdated = connect(sandbox, version="202504")
    outcome = await outdated.create_post(session.token, session.draft())
    assert outcome == Rejected(
        426, "NONEXISTENT_VERSION", "Requested version 20250401 is not active"
    )


async def post_raw(
    http: httpx.AsyncClient, sandbox: Any, session: Any, body: object
) -> httpx.Response:
    headers = HEADERS | {"Authorization": f"Bearer {session.token}"}
    return await http.post(f"{sandbox.url}/rest/posts", headers=headers, json=body)


async def test_a_long_text_is_refused_with_its_length(sandbox: Any, session: Any) -> None:
    fits = await session.linkedin.create_post(session.token, session.draft("x" * 3_000))
    assert isinstance(fits, Confirmed)
    outcome = await session.linkedin.create_post(session.token, session.draft("x" * 3_001))
    assert (outcome.status, outcome.code) == (400, "FIELD_ARRAY_SIZE_TOO_HIGH")
    assert "(3001 characters) exceeded the maximum allowed (3000 characters)" in outcome.message
    assert len(applied(sandbox, session)) == 1


@pytest.mark.parametrize(
    ("change", "status", "path"),
    [
        ({"visibility": None}, 422, "/visibility ::"),
        ({"visibility": "FRIENDS"}, 422, "/visibility ::"),
        ({"commentary": 5}, 422, "/commentary ::"),
        ({"distribution": {"feedDistribution": "MAIN_FEED", "targetEnties": []}}, 422, "Enties ::"),
        ({"mood": "good"}, 422, "/mood :: unrecognized field found but not allowed"),
        ({"content": {"article": {"source": "https://example.com"}}}, 422, "/content/article/"),
        ({"content": {"article": {}, "poll": {}}}, 422, "/content ::"),
        ({"content": {"carousel": {}}}, 400, "sponsored"),
        ({"content": {"media": {"id": "urn:li:image:1"}}}, 400, "not exist"),
        ({"commentary": ""}, 422, "/commentary ::"),
    ],
)
async def test_a_malformed_post_is_refused_and_not_applied(
    *,
    sandbox: Any,
    session: Any,
    http: httpx.AsyncClient,
    change: dict[str, Any],
    status: int,
    path: str,
) -> None:
    body = {**BODY, "author": session.member.urn, **change}
    body = {name: value for name, value in body.items() if value is not None}
    answer = await post_raw(http, sandbox, session, body)
    assert answer.status_code == status == answer.json()["status"]
    assert path in answer.json()["message"]
    assert applied(sandbox, session) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"author": "\\ud83d"}'])
async def test_a_body_that_is_no_object_is_400(
    sandbox: Any, session: Any, http: httpx.AsyncClient, content: bytes
) -> None:
    headers = HEADERS | {"Authorization": f"Bearer {session.token}"}
    answer = await http.post(f"{sandbox.url}/rest/posts", headers=headers, content=content)
    assert answer.status_code == 400 == answer.json()["status"]


async def test_raw_colons_in_a_path_are_refused(
    sandbox: Any, session: Any, http: httpx.AsyncClient
) -> None:
    headers = HEADERS | {"Authorization": f"Bearer {session.token}"}
    url = f"{sandbox.url}/rest/posts/urn:li:share:1"
    answer = await http.delete(url, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "ILLEGAL_ARGUMENT")


async def test_an_unknown_path_or_verb_is_json_too(sandbox: Any, http: httpx.AsyncClient) -> None:
    unknown = await http.get(f"{sandbox.url}/rest/nothing")
    verb = await http.put(f"{sandbox.url}/rest/posts")
    assert (unknown.json()["status"], verb.json()["status"]) == (404, 405)


async def test_calls_are_reported_without_keys_or_secrets(
    session: Any, calls: list[CallRecord], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    calls.clear()
    created = await session.linkedin.create_post(session.token, session.draft("my secret words"))
    await session.linkedin.delete_post(session.token, created.remote_id)
    assert [(c.method, c.endpoint, c.status_code) for c in calls] == [
        ("POST", "/rest/posts", 201),
        ("DELETE", "/rest/posts/{urn}", 204),
    ]
    assert caplog.records
    assert session.token not in caplog.text
    assert "my secret words" not in caplog.text
