"""What is read from a browser's headers, and what it is given."""

from typing import Any, cast

import pytest

from services.kernel.interceptors.call import Context
from services.profile.connection import page
from services.profile.connection.browser import NonceCookie, prefers_json


class Headers:
    """A call's metadata, which is all that is asked of a context here."""

    def __init__(self, *pairs: tuple[str, str | bytes]) -> None:
        self._pairs = pairs

    def invocation_metadata(self) -> Any:
        return self._pairs


def _call(*pairs: tuple[str, str | bytes]) -> Context:
    return cast("Context", Headers(*pairs))


def test_over_https_the_cookie_belongs_to_this_host_alone() -> None:
    cookie = NonceCookie("https://example.com").given("n0nce")

    assert cookie == (
        "__Host-linkedin_connect=n0nce; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"
    )


def test_over_http_the_cookie_is_not_secure_or_browsers_would_drop_it() -> None:
    cookie = NonceCookie("http://127.0.0.1:8080").given("n0nce")

    assert cookie == "linkedin_connect=n0nce; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"


@pytest.mark.parametrize(
    ("pairs", "nonce"),
    [
        ([], ""),
        ([("cookie", "linkedin_connect=abc")], "abc"),
        ([("cookie", "a=b; linkedin_connect=abc; c=d")], "abc"),
        ([("cookie", "a=b"), ("cookie", "linkedin_connect=abc")], "abc"),
        ([("cookie", "not_linkedin_connect=abc")], ""),
        ([("cookie", "linkedin_connect")], ""),
        ([("cookie", ";;=;")], ""),
        ([("cookie-bin", b"linkedin_connect=abc")], ""),
    ],
)
def test_the_nonce_is_read_from_any_cookie_header(
    pairs: list[tuple[str, str | bytes]], nonce: str
) -> None:
    assert NonceCookie("http://127.0.0.1").read(_call(*pairs)) == nonce


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("application/json, text/plain, */*", False),
        ("application/json, */*;q=0.5", True),
        ("text/html;q=0.4, application/json;q=0.9", True),
        ("text/html, application/json", False),
        ("application/*;q=0.9, text/*;q=0.1", True),
        ("application/json;q=0", False),
        ("application/json;q=much", False),
    ],
)
def test_json_is_preferred_only_where_it_ranks_above_html(accept: str, expected: bool) -> None:
    assert prefers_json(_call(("accept", accept))) is expected


def test_the_page_escapes_the_way_back() -> None:
    shown = page.connected('https://app.example/"><script>').decode()

    assert "<script" not in shown
    assert "https://app.example/&quot;&gt;&lt;script&gt;" in shown
