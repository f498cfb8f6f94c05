"""Checks the document by the OpenAPI specification, and its examples by its own schemas.

Run with the packages of requirements.txt beside it: `python check_document.py openapi.json`.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jsonschema import Draft202012Validator  # type: ignore[import-untyped, unused-ignore]
from openapi_spec_validator import (  # type: ignore[import-not-found, unused-ignore]
    OpenAPIV31SpecValidator,
)
from referencing import Registry, Resource  # type: ignore[import-not-found, unused-ignore]
from referencing.jsonschema import (  # type: ignore[import-not-found, unused-ignore]
    DRAFT202012,
)

URI = "urn:document"


def problems(document: Any) -> Iterator[str]:
    """Everything that is wrong, a line each."""
    for error in OpenAPIV31SpecValidator(document).iter_errors():
        yield f"specification: {'/'.join(map(str, error.absolute_path))}: {error.message}"
    registry = Registry().with_resource(URI, Resource(document, DRAFT202012))
    checked = 0
    for where, pointer, example in examples(document):
        checked += 1
        schema = {"$ref": f"{URI}#{pointer}"}
        validator = Draft202012Validator(
            schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        for error in validator.iter_errors(example):
            yield f"example: {where}: {error.json_path}: {error.message}"
    if checked < len(document["paths"]):
        yield f"only {checked} examples were found"


def examples(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Where each example is, the JSON pointer of its schema, and the example."""
    for pointer, content in media_types(document):
        if "example" in content:
            yield pointer, f"{pointer}/schema", content["example"]
        for name, example in content.get("examples", {}).items():
            found = document["components"]["examples"][example["$ref"].rpartition("/")[2]]
            yield f"{pointer}/{name}", f"{pointer}/schema", found["value"]


def media_types(document: Any) -> Iterator[tuple[str, Any]]:
    """Every Media Type Object of the document, with its JSON pointer."""
    for pointer, holder in bodies(document):
        for kind, media_type in holder.get("content", {}).items():
            yield f"{pointer}/content/{escaped(kind)}", media_type


def bodies(document: Any) -> Iterator[tuple[str, Any]]:
    """Every request body and response."""
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            pointer = f"/paths/{escaped(path)}/{verb}"
            yield f"{pointer}/requestBody", operation.get("requestBody", {})
            for status, response in operation["responses"].items():
                yield f"{pointer}/responses/{status}", response
    for name, response in document["components"]["responses"].items():
        yield f"/components/responses/{name}", response


def escaped(key: str) -> str:
    """The key as part of a JSON pointer in a URI."""
    return quote(key.replace("~", "~0").replace("/", "~1"))


if __name__ == "__main__":
    found = list(problems(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
    sys.stdout.write("\n".join(found))
    sys.exit(bool(found))
