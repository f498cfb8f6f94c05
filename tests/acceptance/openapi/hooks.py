"""What schemathesis does beside its own checks; it loads this file by SCHEMATHESIS_HOOKS.

INERGIZE_TOKENS names a JSON file: who calls, by operation, and "" for all others.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import schemathesis  # type: ignore[import-not-found, unused-ignore]

TOKENS: dict[str, str] = json.loads(Path(os.environ["INERGIZE_TOKENS"]).read_text(encoding="utf-8"))
UNBOUNDED = re.compile(r"^(date-time|\^-\?\[0-9\]\{1,11\})")
"""Formats and patterns of times and durations, whose bounds JSON Schema cannot say."""
RULE = re.compile(
    r"must (be (at least|at most|exactly|greater|less|equal|in list|a valid)|match|not be in|have)"
    r"|does not match|value is|exactly one"
)
"""How the validator words the rules of one field; services word what hangs together otherwise."""
KNOWN = ("must have a name", "name holds an underscore", "holds a NUL")
"""What the edge refuses of any request, whatever its schema."""


def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Sign in as the user who is there for this operation."""
    operation_id = case.operation.definition.raw["operationId"]
    token = TOKENS.get(operation_id, TOKENS[""])
    case.headers["authorization"] = f"Bearer {token}"


def what_the_schema_allows_is_valid(ctx: Any, response: Any, case: Any) -> None:
    """A request that the document allows is never refused as one of a wrong shape."""
    if response.status_code != 400 or not case.meta.generation.mode.is_positive:
        return
    reply = response.json()
    if "ERROR_REASON_INVALID_REQUEST" not in json.dumps(reply["details"]):
        return
    violations = violated(reply)
    if not violations and any(words in reply["message"] for words in KNOWN):
        return
    excused = unbounded(case)
    broken = [name for name, rule in violations if RULE.match(rule) and name not in excused]
    if broken or not violations:
        raise AssertionError(f"the schema allows what is refused: {reply['message']}")


def violated(reply: Any) -> list[tuple[str, str]]:
    """The fields that the answer complains of, named as in JSON, and what about."""
    return [
        (json_name(violation["field"]), violation["description"])
        for detail in reply["details"]
        for violation in detail.get("fieldViolations", [])
    ]


def json_name(path: str) -> str:
    """`statuses` for `filter.statuses[2]`."""
    last = re.sub(r"\[.*?\]", "", path).rpartition(".")[2]
    return re.sub("_([a-z0-9])", lambda found: found[1].upper(), last)


def unbounded(case: Any) -> set[str]:
    """Names of the times and durations of the API."""
    return {
        name
        for name, schema in properties(case.operation.schema.raw_schema)
        if UNBOUNDED.match(schema.get("format", "")) or UNBOUNDED.match(schema.get("pattern", ""))
    }


def properties(node: Any) -> Iterator[tuple[str, Any]]:
    """Every property and parameter of the document, with its schema."""
    if isinstance(node, list):
        for item in node:
            yield from properties(item)
    if isinstance(node, dict):
        if isinstance(node.get("name"), str) and isinstance(node.get("schema"), dict):
            yield node["name"], node["schema"]
        if isinstance(node.get("properties"), dict):
            yield from (pair for pair in node["properties"].items() if isinstance(pair[1], dict))
        for value in node.values():
            yield from properties(value)


schemathesis.hook(before_call)
schemathesis.check(what_the_schema_allows_is_valid)
