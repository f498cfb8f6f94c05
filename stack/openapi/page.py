"""The document as one page of HTML: no scripts, nothing from elsewhere, readable on a phone."""

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from stack.openapi.markup import block, code, element, inline, link, markdown, table
from stack.openapi.page_schemas import fields, kind

Json = dict[str, Any]
STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
_SUCCESS = "200"


def html_page(document: Json) -> str:
    """The page for a document that `openapi_document` made."""
    info = document["info"]
    title = f"{info['title']} API"
    head = (
        '<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{element('title', escape(title))}{element('style', STYLE)}"
    )
    body = "\n".join([_contents(document), _header(title, info), _main(document)])
    whole = element("head", head) + "\n" + element("body", body)
    return "<!doctype html>\n" + element("html", whole, lang="en") + "\n"


def content_security_policy() -> str:
    """What a browser may do for the page: apply its one style sheet, and nothing else."""
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )


def _header(title: str, info: Json) -> str:
    machine = element("a", code("/openapi.json"), href="/openapi.json")
    said = element("p", f"Version {escape(info['version'])}. For programs: {machine}.")
    return element("header", element("h1", escape(title)) + said + markdown(info["description"]))


def _contents(document: Json) -> str:
    parts = []
    for tag in document["tags"]:
        items = (
            element("li", link(operation["operationId"], _call(verb, path)))
            for verb, path, operation in _of_tag(document, tag["name"])
        )
        parts.append(element("h2", link(tag["name"], escape(tag["name"]))))
        parts.append(element("ul", "".join(items)))
    shared = element("li", link("errors", "Errors")) + element("li", link("types", "Types"))
    return element("nav", "".join([*parts, element("ul", shared)]), aria_label="Contents")


def _main(document: Json) -> str:
    parts: list[str] = []
    for tag in document["tags"]:
        parts.append(element("h2", escape(tag["name"]), id=tag["name"]))
        parts.append(markdown(tag["description"]))
        parts += (
            _operation(document, verb, path, operation)
            for verb, path, operation in _of_tag(document, tag["name"])
        )
    return element("main", "\n".join([*parts, _errors(document), _types(document)]))


def _of_tag(document: Json, tag: str) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            if tag in operation["tags"]:
                yield verb.upper(), path, operation


def _operation(document: Json, verb: str, path: str, operation: Json) -> str:
    success = operation["responses"][_SUCCESS]
    parts = [
        element("h3", link(operation["operationId"], _call(verb, path))),
        markdown(operation["description"]),
        element("p", " · ".join(_facts(operation)), class_="facts"),
        _parameters(document, operation),
        *_body("Request", operation.get("requestBody"), document),
        *_body("Answer", success, document),
        element("h4", "Errors"),
        table(("Status", "Reason", "When"), _failures(document, operation)),
        element("h4", "Example"),
        *(block(sample["source"]) for sample in operation["x-codeSamples"]),
    ]
    return element("article", "\n".join(filter(None, parts)), id=operation["operationId"])


def _call(verb: str, path: str) -> str:
    return element("span", verb, class_="verb") + " " + code(path)


def _facts(operation: Json) -> Iterator[str]:
    yield _access(operation["security"])
    if "x-required-scope" in operation:
        yield f"API key with scope {code(operation['x-required-scope'])}"
    if operation.get("x-recent-authentication"):
        yield "needs a recent proof of who it is"
    yield f"at most {escape(operation['x-timeout'])}"
    yield f"gRPC {code(operation['x-grpc-method'])}"


def _access(security: list[Json]) -> str:
    if {} in security:
        return "anyone"
    roles = next(iter(security[0].values()))
    return f"access token, role {code(roles[0])}" if roles else "access token"


def _parameters(document: Json, operation: Json) -> str:
    found = [_resolved(document, parameter) for parameter in operation["parameters"]]
    rows = (
        (
            code(one["name"]) + _needed(is_needed=one.get("required", False)),
            f"{one['in']}: {kind(one['schema'])}",
            inline(one["description"]),
        )
        for one in found
    )
    shown = table(("Parameter", "Kind", "Meaning"), rows)
    return element("h4", "Parameters") + shown if shown else ""


def _needed(*, is_needed: bool) -> str:
    return element("span", " required", class_="needed") if is_needed else ""


def _body(title: str, holder: Json | None, document: Json) -> Iterator[str]:
    if holder is None:
        return
    yield element("h4", title)
    for media_type, content in holder["content"].items():
        streamed = ", one message a line" if "x-stream" in content else ""
        yield element("p", code(media_type) + streamed, class_="facts")
        yield fields(_resolved(document, content["schema"]))
        if "example" in content:
            yield block(_json(content["example"]))


def _failures(document: Json, operation: Json) -> Iterator[tuple[str, str, str]]:
    for status, response in operation["responses"].items():
        if status != _SUCCESS:
            content = _resolved(document, response)["content"]["application/json"]
            for reason, example in content["examples"].items():
                name = example["$ref"].rpartition("/")[2]
                said = _resolved(document, example)["summary"]
                yield status, link(name, code(reason.removeprefix("ERROR_REASON_"))), inline(said)


def _errors(document: Json) -> str:
    parts = [element("h2", "Errors", id="errors")]
    for name, example in document["components"]["examples"].items():
        title = element("h3", code(name.replace(".", " ")))
        said = element("p", inline(example["summary"] + "."))
        parts.append(element("article", title + said + block(_json(example["value"])), id=name))
    return "\n".join(parts)


def _types(document: Json) -> str:
    parts = [element("h2", "Types", id="types")]
    for name, schema in document["components"]["schemas"].items():
        title = element("h3", code(name))
        said = markdown(schema.get("description", ""))
        parts.append(element("article", title + said + fields(schema), id=name))
    return "\n".join(parts)


def _resolved(document: Json, found: Json) -> Json:
    """What a reference leads to; anything else as it is."""
    if "$ref" not in found:
        return found
    for key in found["$ref"].removeprefix("#/").split("/"):
        document = document[key]
    return document


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
