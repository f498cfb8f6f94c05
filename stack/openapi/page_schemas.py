"""Schemas in words and tables, for the page."""

from html import escape
from typing import Any

from stack.openapi.markup import code, element, inline, link, table

Json = dict[str, Any]
_REFERENCE = "#/components/schemas/"
# Keywords worth a reader's time, and how they read.
_SAID = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "uniqueItems": "no item twice",
    "minimum": "≥ {}",
    "exclusiveMinimum": "&gt; {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "&lt; {}",
    "contentEncoding": "{}",
}


def fields(schema: Json) -> str:
    """The fields of an object, or the values of an enum, as a table."""
    if "x-enumDescriptions" in schema:
        values = schema["x-enumDescriptions"].items()
        return table(("Value", "Meaning"), ((code(name), inline(said)) for name, said in values))
    required = schema.get("required", [])
    rows = (
        (code(name) + _marks(name in required, found), kind(found), _meaning(found))
        for name, found in schema.get("properties", {}).items()
    )
    return table(("Field", "Kind", "Meaning"), rows)


def kind(schema: Json) -> str:
    """What a value is, with its rules."""
    rules = [
        words.format(escape(str(schema[keyword])))
        for keyword, words in _SAID.items()
        if keyword in schema and not _is_of_type(schema, keyword)
    ]
    if "pattern" in schema:
        rules.append(f"like {code(schema['pattern'])}")
    if "not" in schema and "enum" in schema["not"]:
        rules.append("not " + ", ".join(code(str(value)) for value in schema["not"]["enum"]))
    return ", ".join([_type(schema), *rules])


def _type(schema: Json) -> str:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REFERENCE)
        return link(name, escape(name.rpartition(".")[2]))
    if "const" in schema:
        return code(str(schema["const"]) or '""')
    if "anyOf" in schema or "oneOf" in schema:
        return " or ".join(
            kind(one) for one in [*schema.get("anyOf", []), *schema.get("oneOf", [])]
        )
    if schema.get("type") == "array":
        return "list of " + kind(schema.get("items", {}))
    if isinstance(schema.get("additionalProperties"), dict):
        return "map of " + kind(schema["additionalProperties"])
    name = str(schema.get("type", "anything"))
    return escape(f"{name} ({schema['format']})" if "format" in schema else name)


def _is_of_type(schema: Json, keyword: str) -> bool:
    """Whether the bound is only the end of what 32 bits hold."""
    return keyword in {"minimum", "maximum"} and abs(schema[keyword]) >= 2**31 - 1


def _meaning(schema: Json) -> str:
    return inline(schema.get("description", ""))


def _marks(is_required: bool, schema: Json) -> str:  # noqa: FBT001 - the one caller names it
    marks = [
        word
        for word, holds in (
            ("required", is_required),
            ("secret", "x-secret" in schema),
            ("read only", "readOnly" in schema),
        )
        if holds
    ]
    return "".join(element("span", f" {word}", class_="needed") for word in marks)
