"""Where the description of the API is kept, for those who write it and those who hand it out."""

from pathlib import Path

_DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENT = _DOCS / "openapi.json"
PAGE = _DOCS / "openapi.html"
