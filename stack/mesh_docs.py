"""Envoy hands out the API's description: the document for programs, the page for people."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from stack.openapi.files import DOCUMENT, PAGE
from stack.openapi.page import content_security_policy

Json = dict[str, Any]
CLUSTER = "docs"
_TYPES = {DOCUMENT: "application/json", PAGE: "text/html; charset=utf-8"}
DOCS_PATHS = {"/openapi.json": DOCUMENT, "/docs": PAGE}
"""What each path answers with."""
# Time for a slow connection to read all of it.
_PATIENCE = "60s"
_READS: Json = {"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD"}}}


def edge_docs_routes(switched_off: Json) -> list[Json]:
    """The edge's routes to the documents; `switched_off` are filters that they do without."""
    return [
        {
            "match": {"path": path, "headers": [_READS]},
            "route": {"cluster": CLUSTER, "timeout": _PATIENCE, "idle_timeout": _PATIENCE},
            "typed_per_filter_config": switched_off,
        }
        for path in DOCS_PATHS
    ]


def docs_routes() -> list[Json]:
    """The routes of the listener that has the documents: to what is known already, only that."""
    return [
        route
        for path, file in DOCS_PATHS.items()
        for route in (_unchanged(path, _etag(file)), _whole(path, file))
    ]


def _unchanged(path: str, etag: str) -> Json:
    known = {"name": "if-none-match", "string_match": {"contains": etag.removeprefix("W/")}}
    return {
        "match": {"path": path, "headers": [known]},
        "direct_response": {"status": 304},
        "response_headers_to_add": _headers({"etag": etag, "cache-control": "no-cache"}),
    }


def _whole(path: str, file: Path) -> Json:
    own = {"content-type": _TYPES[file], "etag": _etag(file), "cache-control": "no-cache"}
    if file == PAGE:
        own["content-security-policy"] = content_security_policy()
    return {
        "match": {"path": path},
        "direct_response": {"status": 200, "body": {"filename": str(file)}},
        "response_headers_to_add": _headers(own),
    }


def _etag(file: Path) -> str:
    """Weak, since the same document may be sent compressed or not."""
    return f'W/"{sha256(file.read_bytes()).hexdigest()[:32]}"'


def _headers(own: dict[str, str]) -> list[Json]:
    return [
        {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
        for key, value in own.items()
    ]
