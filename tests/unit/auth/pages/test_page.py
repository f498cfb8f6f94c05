"""A page holds its one script and style, and its policy allows nothing else."""

import base64
import re
from hashlib import sha256

import pytest

from services.auth.pages.page import TITLES, Page, page


@pytest.fixture(params=sorted(TITLES))
def shown(request: pytest.FixtureRequest) -> Page:
    return page(request.param, "")


def hash_of(tag: str, html: str) -> str:
    (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    return base64.b64encode(sha256(content.encode()).digest()).decode()


def test_policy_names_exactly_what_is_on_the_page(shown: Page) -> None:
    html, policy = shown.html.decode(), dict(shown.headers)["content-security-policy"]
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src 'sha256-{hash_of('script', html)}'",
        f"style-src 'sha256-{hash_of('style', html)}'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]


def test_nothing_comes_from_outside_and_nothing_is_inline(shown: Page) -> None:
    html = shown.html.decode()
    assert not re.findall(r"\b(src|href|style|on[a-z]+)=", html)
    assert "innerHTML" not in html


def test_the_token_is_told_to_nobody(shown: Page) -> None:
    headers = dict(shown.headers)
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_there_is_a_way_on_where_there_is_a_front_end() -> None:
    html = page("verify_email", 'https://app.example/"><script>').html.decode()
    assert '<a href="https://app.example/&quot;&gt;&lt;script&gt;">' in html
