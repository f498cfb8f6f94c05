"""`inergize sandbox linkedin …` against a running sandbox."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.profile.linkedin.outcome import Confirmed, Unknown
from stack.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(own_sandbox: Any) -> Run:
    def _run(*words: str) -> Result:
        return CliRunner().invoke(main, ["sandbox", "linkedin", *words, "--url", own_sandbox.url])

    return _run


@pytest.fixture
def told(run: Run) -> Callable[..., Any]:
    """What a command says to programs."""

    def _told(*words: str) -> Any:
        result = run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return _told


async def test_a_tester_sees_what_was_done_and_by_whom(
    run: Run, told: Callable[..., Any], own_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    assert told("member", "--id", "zoe", "--given-name", "Zoë")["name"].startswith("Zoë ")
    session = await sign_in(own_sandbox)
    await session.linkedin.create_post(session.token, session.draft("Hello (you)"))
    (entry,) = told("applied", "--member", "zoe", "--kind", "post.create")
    assert told("applied", "--after", str(entry["sequence"])) == []
    assert [post["urn"] for post in told("posts", "--member", "zoe")] == [entry["urn"]]
    status = told("status")
    assert (status["members"], status["posts"], status["apps"]) == (1, 1, 1)
    lines = run("posts").stdout.splitlines()
    assert lines[0].split() == ["URN", "AUTHOR", "CREATED", "DELETED", "CUT", "TEXT"]
    assert lines[1].endswith("Hello (you)")
    assert run("applied", "--kind", "post.delete").stdout == "none\n"


async def test_a_planned_failure_strikes_and_is_cleared(
    told: Callable[..., Any], own_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    session = await sign_in(own_sandbox)
    wanted = ("--on", "posts.CREATE", "--member", session.member.subject, "--count", "2")
    assert told("fault", "apply-then-drop-reply", *wanted)["remaining"] == 2
    outcome = await session.linkedin.create_post(session.token, session.draft())
    assert isinstance(outcome, Unknown)
    (waiting,) = told("faults")
    assert (waiting["remaining"], waiting["struck"]) == (1, 1)
    assert told("clear") == []
    outcome = await session.linkedin.create_post(session.token, session.draft())
    assert isinstance(outcome, Confirmed)
    assert {"slow", "partial_upload"} <= {kind["kind"] for kind in told("faults", "--kinds")}


def test_an_application_is_registered_and_changed(told: Callable[..., Any]) -> None:
    where = ("--redirect-uri", "https://a.example/b", "--product", "share")
    made = told("app", "their-app", "--secret", "their-secret", *where)
    assert (made["products"], made["has_refresh_tokens"]) == (["share"], False)
    changed = told("app", "their-app", "--refresh", "--name", "Theirs")
    assert changed == made | {"has_refresh_tokens": True, "name": "Theirs"}
    assert [app["client_id"] for app in told("apps")] == ["test-app", "their-app"]


def test_time_products_and_quotas_are_set(told: Callable[..., Any]) -> None:
    told("clock", "--set", "2027-01-01T00:00:00Z")
    assert told("clock", "--advance", "2d12h")["time"].startswith("2027-01-03T12:00")
    assert told("clock", "--advance=-12h")["time"].startswith("2027-01-03T00:00")
    assert abs(told("clock", "--real")["ahead_ms"]) == 0
    assert "r_organization_social" in told("grant", "community-management")["scopes"]
    assert "r_organization_social" not in told("revoke", "community-management")["scopes"]
    assert told("quota", "--of", "member", "--limit", "3", "--operation", "posts.CREATE") == []
    assert told("clear", "--quota") == []


async def test_a_consent_is_answered_shown_and_taken_back(
    run: Run, told: Callable[..., Any], own_sandbox: Any, connect: Callable[..., Any]
) -> None:
    url = connect(own_sandbox).authorization_url("s")
    answer = run("consent", url, "--member", "ada").stdout.splitlines()
    assert answer[0] == "SENT BACK TO"
    assert answer[1].endswith("&state=s")  # whole, to be pasted
    assert [c["member_id"] for c in told("consent")] == ["ada"]
    refused = told("consent", url, "--refuse", "login")["location"]
    assert "error=user_cancelled_login" in refused
    assert told("consent", "--withdraw", "ada") == []
    assert told("clear", "--everything") == []
    assert told("members") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fault", "earthquake"), "kind: must be one of slow, hang"),
        (("fault", "slow", "--detail", "soon"), "detail: must be a whole number of milliseconds"),
        (("clock", "--advance", "soon"), "must be a duration such as 90s"),
        (("clock", "--set", "tomorrow"), "time: "),
        (("clock", "--set", "2027-01-01T00:00:00Z", "--real"), "exactly one of"),
        (("app", "new"), "client_secret: is required for a new application"),
        (("grant", "love"), "product: 'love' is not one of community-management"),
        (("grant", "share", "--app", "nobody"), "There is no application nobody"),
        (("quota", "--limit", "3"), "--of: say whose limit"),
        (("quota", "--of", "member"), "--limit: give either"),
        (("consent", "https://www.linkedin.com/oauth"), "AUTHORIZATION_URL: must begin with"),
        (("consent", "--withdraw", "nobody"), "nobody has not agreed to anything"),
        (("clear", "--fault", "99"), "There is no fault 99"),
        (("clear", "--quota", "--everything"), "give one of them"),
    ],
)
def test_bad_input_names_the_field_and_the_rule(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    result = run(*words)
    assert result.exit_code != 0
    assert said in result.stderr


def test_without_a_sandbox_the_way_out_is_told() -> None:
    words = ["sandbox", "linkedin", "status", "--url", "http://127.0.0.1:1"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    assert "no LinkedIn sandbox answers on http://127.0.0.1:1" in result.stderr
