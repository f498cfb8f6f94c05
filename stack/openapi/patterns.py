"""A short text that fits a regular expression."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

# Python's own reader of regular expressions; the module has no public name.
_PARSER: Any = importlib.import_module("re._parser")
_PRINTABLE = [chr(code) for code in (*range(97, 123), *range(48, 58), *range(32, 127))]


def shortest(pattern: str) -> str:
    """A text that the pattern takes: the first choice everywhere, each repeat as seldom as may be.

    Letters and digits are preferred. Raises ValueError for what it does not know, such as a
    backward reference.
    """
    return "".join(_texts(_PARSER.parse(pattern)))


def _texts(parsed: Any) -> Iterator[str]:
    for kind, value in parsed:
        yield _text(str(kind), value)


def _text(kind: str, value: Any) -> str:
    if kind in _WRITERS:
        return _WRITERS[kind](value)
    raise ValueError(f"no example for {kind} in a pattern")


def _repeated(value: Any) -> str:
    least, _, inner = value
    return "".join(_texts(inner)) * int(least)


def _other_than(value: int) -> str:
    return next(char for char in _PRINTABLE if char != chr(value))


def _one_in(choices: Any) -> str:
    is_negated = str(choices[0][0]) == "NEGATE"
    for char in _PRINTABLE:
        if any(_has(str(kind), value, ord(char)) for kind, value in choices) != is_negated:
            return char
    # Nothing printable: take whatever comes first.
    kind, value = choices[0]
    return chr(value[0] if str(kind) == "RANGE" else value)


def _has(kind: str, value: Any, code: int) -> bool:
    if kind == "LITERAL":
        return bool(value == code)
    if kind == "RANGE":
        return bool(value[0] <= code <= value[1])
    if kind == "NEGATE":
        return False
    raise ValueError(f"no example for {kind} in a class of characters")


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "LITERAL": chr,
    "NOT_LITERAL": _other_than,
    "IN": _one_in,
    "ANY": lambda _: _PRINTABLE[0],
    "AT": lambda _: "",
    "MAX_REPEAT": _repeated,
    "MIN_REPEAT": _repeated,
    "SUBPATTERN": lambda value: "".join(_texts(value[-1])),
    "BRANCH": lambda value: "".join(_texts(value[1][0])),
}
