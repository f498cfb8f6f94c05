"""The page that a person sees at the sandbox, used as a browser uses it."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from services.profile.linkedin.client import LinkedIn

Connect = Callable[..., LinkedIn]
BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


class Page(HTMLParser):
    """What a page shows and what its form would send."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.words: list[str] = []
        self.members: dict[str, bool] = {}
        self.decisions: list[str] = []
        self.tags: set[str] = set()
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        if given.get("name") == "member":
            self.members[given["value"] or ""] = "checked" in given
        if given.get("name") == "decision":
            self.decisions.append(given["value"] or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


@pytest.fixture
async def browser() -> Any:
    async with httpx.AsyncClient(headers=BROWSER) as client:
        yield client


def sent_back(answer: httpx.Response) -> httpx.QueryParams:
    assert answer.status_code == 302, answer.text
    return httpx.URL(answer.headers["location"]).params


async def test_the_page_names_application_permissions_and_members(
    own_sandbox: Any, connect: Connect, browser: httpx.AsyncClient
) -> None:
    own_sandbox.post("members", id="eve", given_name="<b>Eve</b>", sign_in=False)
    own_sandbox.post("members", id="zoe", given_name="Zoë", family_name="Okafor")
    answer = await browser.get(connect(own_sandbox).authorization_url("s"))
    page = Page(answer)
    assert "InErgize would like to:" in page.words
    assert "Use your name and photo" in page.words
    assert "w_member_social" in page.words
    assert page.members == {"zoe": True, "eve": False, "": False}
    assert page.decisions == ["allow", "user_cancelled_authorize", "user_cancelled_login"]
    assert page.tags.isdisjoint({"script", "b", "img", "link"})
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_the_chosen_member_is_signed_in(
    own_sandbox: Any, connect: Connect, browser: httpx.AsyncClient
) -> None:
    own_sandbox.post("members", id="zoe", given_name="Zoë", sign_in=False)
    linkedin = connect(own_sandbox)
    url = linkedin.authorization_url("st")
    back = sent_back(await browser.post(url, data={"member": "zoe", "decision": "allow"}))
    assert back["state"] == "st"
    tokens = await linkedin.exchange_code(back["code"])
    assert (await linkedin.userinfo(tokens.access_token)).subject == "zoe"
    # Nobody stays signed in unasked, so the question is put again.
    own_sandbox.post("members", id="ada")
    assert Page(await browser.get(url)).members["ada"]
    back = sent_back(await browser.post(url, data={"member": "", "decision": "allow"}))
    tokens = await linkedin.exchange_code(back["code"])
    assert (await linkedin.userinfo(tokens.access_token)).subject not in {"ada", "zoe"}


@pytest.mark.parametrize("error", ["user_cancelled_login", "user_cancelled_authorize"])
async def test_a_cancelled_question_goes_back_with_its_error(
    sandbox: Any, connect: Connect, browser: httpx.AsyncClient, error: str
) -> None:
    url = connect(sandbox).authorization_url("st")
    back = sent_back(await browser.post(url, data={"member": "", "decision": error}))
    assert (back["error"], back["state"]) == (error, "st")
    assert "code" not in back


async def test_who_stays_signed_in_is_asked_again_only_for_other_scopes(
    own_sandbox: Any, connect: Connect, browser: httpx.AsyncClient
) -> None:
    linkedin = connect(own_sandbox)
    url = linkedin.authorization_url("s")

    async def agree() -> None:
        answer = await browser.post(url, data={"member": "ada", "decision": "allow", "stay": "yes"})
        await linkedin.exchange_code(sent_back(answer)["code"])

    await agree()
    assert "code" in sent_back(await browser.get(url))
    own_sandbox.post("clock", advance_seconds=60 * 86_400)  # no token lives any more
    assert (await browser.get(url)).status_code == 200
    await agree()
    assert "code" in sent_back(await browser.get(url))
    wider = connect(own_sandbox, scopes=("openid",)).authorization_url("s")
    assert Page(await browser.get(wider)).members["ada"]
    own_sandbox.post("consents/withdraw", member="ada")
    assert (await browser.get(url)).status_code == 200


@pytest.mark.parametrize(
    ("replaced", "said"),
    [
        (
            {"redirect_uri": "https://e.vil/"},
            "The redirect_uri does not match the registered value",
        ),
        ({"scopes": ("<script>",)}, "Invalid scope: <script>"),
    ],
)
async def test_what_cannot_be_trusted_is_explained_on_a_page(
    *,
    sandbox: Any,
    connect: Connect,
    browser: httpx.AsyncClient,
    replaced: dict[str, Any],
    said: str,
) -> None:
    answer = await browser.get(connect(sandbox, **replaced).authorization_url("s"))
    assert answer.status_code == 401
    page = Page(answer)
    assert said in " ".join(page.words)
    assert "script" not in page.tags
