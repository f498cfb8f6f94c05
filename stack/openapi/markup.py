"""HTML in small pieces, every text escaped, and the little Markdown that comments hold."""

import re
from collections.abc import Iterable
from html import escape


def element(name: str, content: str, **attributes: str) -> str:
    """An element around HTML; a trailing underscore of an attribute's name is dropped."""
    given = "".join(
        f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items() if value
    )
    return f"<{name}{given}>{content}</{name}>"


def code(text: str) -> str:
    """A word of code."""
    return element("code", escape(text))


def block(text: str) -> str:
    """Code of several lines."""
    return element("pre", code(text))


def link(target: str, content: str) -> str:
    """A link within the page, around HTML."""
    return element("a", content, href=f"#{target}")


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of HTML cells that scrolls sideways where it must; nothing without rows."""
    listed = [_row("td", cells) for cells in rows]
    if not listed:
        return ""
    head = element("thead", _row("th", header))
    return element(
        "div", element("table", head + element("tbody", "".join(listed))), class_="table"
    )


def markdown(text: str) -> str:
    """Paragraphs and lists."""
    return "".join(_paragraph(part) for part in re.split(r"\n{2,}", text.strip()) if part)


def inline(text: str) -> str:
    """`code` and **bold** within a line."""
    parts = re.split(r"(`[^`]+`|\*\*[^*]+\*\*)", text)
    return "".join(_inline(part) for part in parts)


def _inline(part: str) -> str:
    if part.startswith("`") and len(part) > 1:
        return code(part[1:-1])
    if part.startswith("**") and len(part) > 3:
        return element("strong", escape(part[2:-2]))
    return escape(part)


def _paragraph(text: str) -> str:
    if not text.startswith("- "):
        return element("p", inline(text))
    items = re.split(r"(?m)^- ", text)[1:]
    return element("ul", "".join(element("li", inline(item.strip())) for item in items))


def _row(cell: str, contents: Iterable[str]) -> str:
    return element("tr", "".join(element(cell, content) for content in contents))
