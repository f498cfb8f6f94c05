"""What our pages' scripts and markup never do."""

import re
from pathlib import Path

import pytest

from services.profile.connection import page as connected_page
from tests.support.code import ROOT

SCRIPTS = sorted(
    path.relative_to(ROOT)
    for folder in ("services", "stack")
    for path in (ROOT / folder).rglob("*.js")
)
MARKUP = sorted(
    path.relative_to(ROOT)
    for folder in ("services", "stack", "workers")
    for path in (ROOT / folder).rglob("*.html")
)
NEVER = {
    "text becomes markup": r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser",
    "text becomes a program": r"\beval\s*\(|new Function|setTimeout\s*\(\s*[\"'`]|javascript:",
    "something is kept in the browser": r"localStorage|sessionStorage|indexedDB|document\.cookie",
    "another window is listened to": r"postMessage|[\"']message[\"']|\.opener|window\.name",
    "a key that came from outside is written": r"\]\s*=(?!=)|Object\.assign|__proto__|\bmerge\(",
    "something is fetched from elsewhere": r"https?://|XMLHttpRequest|importScripts|\bimport\b",
}
OLD_TECHNIQUES = r"<\s*(object|embed|applet|frame|frameset|iframe|base|marquee)\b|\son\w+\s*="


@pytest.mark.parametrize("habit", NEVER)
def test_no_script_does_that(habit: str) -> None:
    assert SCRIPTS
    found = {
        str(path): re.findall(NEVER[habit], re.sub(r"//[^\n]*", "", (ROOT / path).read_text()))
        for path in SCRIPTS
    }
    assert {path: words for path, words in found.items() if words} == {}


def test_no_markup_uses_what_browsers_have_given_up_or_runs_a_script_in_an_attribute() -> None:
    pages = {str(path): (ROOT / path).read_text() for path in MARKUP}
    pages["connected"] = connected_page.connected("https://app.example/").decode()
    assert {path for path, text in pages.items() if re.search(OLD_TECHNIQUES, text)} == set()


def test_no_markup_takes_anything_from_elsewhere() -> None:
    """Links may lead away; pictures, scripts, styles and letters of others are never loaded."""
    loading = r"<(?:img|script|link|video|audio|source)\b[^>]*(?:src|href)\s*=|url\(|@import"
    found = [path for path in MARKUP if re.search(loading, (ROOT / path).read_text())]
    assert found == []


def _reset_form() -> Path:
    (found,) = [path for path in MARKUP if str(path).endswith("pages/reset_password.html")]
    return ROOT / found


def test_the_password_field_hides_what_is_typed_and_lets_managers_fill_it() -> None:
    (field,) = re.findall(r"<input[^>]*id=\"password\"[^>]*>", _reset_form().read_text())
    assert 'type="password"' in field
    assert 'autocomplete="new-password"' in field
    scripts = "".join((ROOT / path).read_text() for path in SCRIPTS)
    assert not re.search(r"[\"'](paste|copy|drop|contextmenu)[\"']|onpaste", scripts + field)
