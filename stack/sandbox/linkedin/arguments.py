"""What a call was given: keys in its path, parameters in its query, the body."""

import json
from dataclasses import dataclass
from typing import Any

from stack.sandbox.linkedin import restli
from stack.sandbox.linkedin.gate import Call
from stack.sandbox.linkedin.refusals import Refusal, bad_schema, gateway, invalid_input
from stack.sandbox.linkedin.restli import NotRestli, Value

_USUAL = {"q", "ids", "action", "fields", "start", "count"}
LONGEST_PAGE = 100
USUAL_PAGE = 10
MOST_IDS = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted: from `start`, at most `count`."""

    start: int
    count: int


class Query:
    """A call's parameters; each reading refuses what does not fit, and names the parameter."""

    def __init__(self, values: dict[str, Value]) -> None:
        """Take parsed values."""
        self._values = values

    def has(self, name: str) -> bool:
        """Whether it was given."""
        return name in self._values

    def text(self, name: str, default: str | None = None) -> str:
        """Plain text; required unless there is a default."""
        value = self._values.get(name, default)
        if value is None:
            raise invalid_input(400, "PARAM_INVALID", f"Parameter '{name}' is required", path=name)
        if not isinstance(value, str):
            raise self.invalid(name, "is not plain text")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of an enum's symbols."""
        chosen = self.text(name, default)
        if chosen not in choices:
            raise self.invalid(name, f"is not one of {', '.join(choices)}")
        return chosen

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """A whole number within bounds."""
        text = self.text(name, str(default))
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise self.invalid(name, f"is not a whole number from {lowest} to {highest}")
        return int(text)

    def items(self, name: str, default: list[Value] | None = None) -> list[Value]:
        """A list, `List(…)` with its brackets raw."""
        value = self._values.get(name, default)
        if not isinstance(value, list):
            raise self.invalid(name, "is not a list")
        return value

    def record(self, name: str) -> dict[str, Value] | None:
        """A record, `(k:v)` with its signs raw; None when it was not given."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, dict):
            raise self.invalid(name, "is not a record")
        return value

    def page(self) -> Page:
        """`start` and `count`."""
        count = self.number("count", USUAL_PAGE, 0, LONGEST_PAGE)
        return Page(self.number("start", 0, 0, 2**31 - 1), count)

    def ids(self) -> list[Value]:
        """The keys of a batch, each once."""
        given = self.items("ids")
        if not 0 < len(given) <= MOST_IDS:
            raise self.invalid("ids", f"needs 1 to {MOST_IDS} keys")
        return [key for number, key in enumerate(given) if key not in given[:number]]

    def fields(self) -> set[str] | None:
        """Which fields of the answer are wanted; None for all."""
        value = self._values.get("fields", "")
        return set(filter(None, value.split(","))) if isinstance(value, str) and value else None

    def invalid(self, name: str, trouble: str) -> Refusal:
        """The refusal of a parameter."""
        message = f"Invalid param. Parameter '{name}' {trouble}"
        return invalid_input(400, "PARAM_INVALID", message, path=name)


def query_of(call: Call, *allowed: str) -> Query:
    """The call's parameters; one that is neither usual nor `allowed` is refused."""
    version = call.request.headers.get("x-restli-protocol-version", "1.0.0")
    raw: bytes = call.request.scope["query_string"]
    try:
        text = raw.decode("ascii")
        values = restli.parse_query(text, is_protocol_2=version.startswith("2."))
    except ValueError as error:
        message = f"Invalid query parameters passed to request: {error}"
        raise invalid_input(400, "PARAM_INVALID", message) from None
    for name in values:
        if name not in _USUAL and name not in allowed:
            message = f"Query parameter '{name}' is not allowed"
            raise invalid_input(400, "QUERY_PARAM_NOT_ALLOWED", message, path=name)
    return Query(values)


def key_of(call: Call, position: int = -1) -> str:
    """A plain key in the path. A URN must come percent-encoded, colons and all."""
    key = _key(call, position)
    if not isinstance(key, str) or not key:
        raise _bad_path()
    return key


def record_key_of(call: Call, *names: str) -> dict[str, str]:
    """The complex key that ends the path, with exactly these fields."""
    return record_of(_key(call, -1), *names)


def record_of(key: Value, *names: str) -> dict[str, str]:
    """A complex key with exactly these fields, all plain."""
    if not isinstance(key, dict) or set(key) != set(names):
        raise _bad_path()
    return {name: value for name, value in key.items() if isinstance(value, str)}


async def body_of(call: Call) -> dict[str, Any]:
    """The JSON object in the body."""
    try:
        body = json.loads(await call.request.body())
        # Half a surrogate pair is JSON, but no text; NaN and infinity are neither.
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise gateway(400, "Cannot parse request entity", code="BAD_REQUEST")
    return body


async def patch_of(call: Call) -> dict[str, Any]:
    """The `patch` of a partial update."""
    patch = (await body_of(call)).get("patch")
    if not isinstance(patch, dict) or not patch:
        raise bad_schema("/patch", "field is required but not found and has no default value")
    return patch


def _key(call: Call, position: int) -> Value:
    raw_path: bytes = call.request.scope["raw_path"]
    segment = raw_path.decode("ascii", "replace").strip("/").split("/")[position]
    try:
        return restli.parse(segment)
    except NotRestli:
        raise _bad_path() from None


def _bad_path() -> Refusal:
    return gateway(400, "Syntax exception in path variables", code="ILLEGAL_ARGUMENT")
