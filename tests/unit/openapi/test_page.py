"""The page: everything escaped, nothing from elsewhere, every link within it."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from stack.openapi.files import DOCUMENT, PAGE
from stack.openapi.markup import element, inline, markdown, table
from stack.openapi.page import html_page
from stack.openapi.page_schemas import kind

VOID = {"meta"}


class Reader(HTMLParser):
    """Collects what a page holds, and fails for an element that is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page() -> Reader:
    reader = Reader()
    reader.feed(PAGE.read_text(encoding="utf-8"))
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return found


def test_page_runs_nothing_and_fetches_nothing(page: Reader) -> None:
    names = {name for name, _ in page.attributes}
    assert page.seen.isdisjoint({"script", "img", "iframe", "link", "form", "base", "object"})
    assert names.isdisjoint({"src", "style", "srcset", "action"})
    assert not [name for name in names if name.startswith("on")]
    assert not re.search(
        r"url\(|@import", PAGE.read_text(encoding="utf-8").partition("</style>")[0]
    )


def test_links_lead_within_the_page_or_to_the_document(page: Reader) -> None:
    ids = [value for name, value in page.attributes if name == "id"]
    links = {value for name, value in page.attributes if name == "href" and value}
    assert len(set(ids)) == len(ids)
    assert links - {f"#{one}" for one in ids} == {"/openapi.json"}


def test_page_has_every_operation_with_its_failures_and_its_command(
    document: dict[str, Any],
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for item in document["paths"].values():
        for operation in item.values():
            article = text.partition(f'<article id="{operation["operationId"]}">')[2]
            article = article.partition("</article>")[0]
            assert "<th>Reason</th>" in article, operation["operationId"]
            assert "curl -s" in article


def test_page_fits_a_phone() -> None:
    assert '<meta name="viewport" content="width=device-width' in PAGE.read_text(encoding="utf-8")


def test_texts_of_the_document_are_escaped(document: dict[str, Any]) -> None:
    evil = "<script>alert('x')</script> & \"more\""
    spoiled = json.loads(json.dumps(document))
    spoiled["info"]["description"] = evil
    path, item = next(iter(spoiled["paths"].items()))
    operation = next(iter(item.values()))
    operation["description"] = evil
    operation["x-codeSamples"][0]["source"] = evil
    spoiled["paths"][path + "<b>"] = item
    reader = Reader()
    reader.feed(html_page(spoiled))
    assert reader.open == []
    assert reader.seen.isdisjoint({"script", "b"})


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a `b<c` **d&e**", "a <code>b&lt;c</code> <strong>d&amp;e</strong>"),
        ("no markup", "no markup"),
        ("`", "`"),
    ],
)
def test_inline_markup(text: str, html: str) -> None:
    assert inline(text) == html


def test_paragraphs_and_lists() -> None:
    assert markdown("One.\n\n- a\n- b\n\nTwo.") == (
        "<p>One.</p><ul><li>a</li><li>b</li></ul><p>Two.</p>"
    )


def test_attributes_are_escaped_and_a_table_without_rows_is_nothing() -> None:
    assert element("a", "x", href='"#') == '<a href="&quot;#">x</a>'
    assert table(("A",), []) == ""


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "format": "uuid"}, "string (uuid)"),
        ({"type": "string", "maxLength": 5}, "string, at most 5 characters"),
        ({"type": "integer", "format": "int32", "minimum": -(2**31)}, "integer (int32)"),
        ({"type": "integer", "minimum": 0}, "integer, ≥ 0"),
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"anyOf": [{"type": "string"}, {"const": ""}]}, 'string or <code>""</code>'),
        ({}, "anything"),
    ],
)
def test_kinds_in_words(schema: dict[str, Any], words: str) -> None:
    assert kind(schema).replace("&quot;", '"') == words
