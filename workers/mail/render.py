"""Renders mails from `templates/<language>/<name>.{subject.txt,txt,html}`, else in English."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

TEMPLATES = Path(__file__).with_name("templates")
FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's words."""

    subject: str
    text: str
    html: str


def render(template: str, language: str, values: dict[str, Any]) -> Rendered:
    """Render a mail. Raises jinja2.TemplateNotFound or UndefinedError for a wrong payload."""
    folder = _folder(language, template)

    def part(suffix: str) -> str:
        return _environment().get_template(f"{folder}/{template}.{suffix}").render(values).strip()

    return Rendered(part("subject.txt"), part("txt") + "\n", part("html") + "\n")


def _folder(language: str, template: str) -> str:
    primary = language.partition("-")[0].lower()
    has_own = (TEMPLATES / primary / f"{template}.txt").is_file()
    return primary if primary.isalpha() and has_own else FALLBACK_LANGUAGE


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
    )
