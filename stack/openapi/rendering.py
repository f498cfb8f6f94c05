"""Both files that describe the API, from the contracts as they are now."""

import json
from pathlib import Path

from stack.generate import descriptor_set
from stack.openapi.comments import Comments
from stack.openapi.document import openapi_document
from stack.openapi.files import DOCUMENT, PAGE
from stack.openapi.page import html_page


def rendered() -> dict[Path, str]:
    """What each file must hold. Raises GenerationError for a contract that is wrong."""
    document = openapi_document(Comments.of(descriptor_set(with_sources=True)))
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    return {DOCUMENT: text, PAGE: html_page(document)}
