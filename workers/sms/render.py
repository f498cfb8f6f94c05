"""Renders SMS from `templates/<language>/<name>.txt`, else in English."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).with_name("templates")
FALLBACK_LANGUAGE = "en"


def render(template: str, language: str, code: str) -> str:
    """The words of an SMS. Raises jinja2.TemplateNotFound for a wrong payload."""
    primary = language.partition("-")[0].lower()
    has_own = primary.isalpha() and (TEMPLATES / primary / f"{template}.txt").is_file()
    folder = primary if has_own else FALLBACK_LANGUAGE
    return _environment().get_template(f"{folder}/{template}.txt").render(code=code).strip()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # Plain text has nothing to escape.
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
    )
