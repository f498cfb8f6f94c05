"""The rules of `buf.validate` as JSON Schema, and in words where JSON Schema has none for them."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from stack.openapi.kinds import Json

# What a rule that is true adds; formats are those that JSON Schema 2020-12 names.
_STRING_FORMS: Mapping[str, Json] = {
    "email": {"format": "email"},
    "hostname": {"format": "hostname"},
    "ipv4": {"format": "ipv4"},
    "ipv6": {"format": "ipv6"},
    "ip": {"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
    "uri": {"format": "uri"},
    "uri_ref": {"format": "uri-reference"},
    "uuid": {"format": "uuid"},
    "tuuid": {"pattern": "^[0-9a-fA-F]{32}$"},
    "ulid": {"pattern": "^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$"},
}
# A character takes a byte or more: where both are bounded, that on characters is the closer one.
_STRING_KEYWORDS = {"min_len": "minLength", "max_bytes": "maxLength", "max_len": "maxLength"}
_NUMBER_KEYWORDS = {
    "gte": "minimum",
    "gt": "exclusiveMinimum",
    "lte": "maximum",
    "lt": "exclusiveMaximum",
    "const": "const",
}
_COMPARISONS = {"gte": "at least", "gt": "more than", "lte": "at most", "lt": "less than"}
_NOT_NEGATIVE = "^[0-9]{1,19}$"
# RE2's classes are ASCII; elsewhere they may be all of Unicode.
_CLASSES = {r"\d": "0-9", r"\w": "0-9A-Za-z_", r"\s": r"\t\n\f\r "}


def field_rules(field: FieldDescriptor) -> Any:
    """The field's `buf.validate.FieldRules`; empty when none apply."""
    rules = field.GetOptions().Extensions[validate_pb2.field]
    if rules.ignore == validate_pb2.IGNORE_ALWAYS:
        return validate_pb2.FieldRules()
    return rules


def keywords(rules: Any, enum: EnumDescriptor | None = None) -> Json:
    """What JSON Schema can say of the rules for one value, or for a whole list or map.

    `enum` names the numbers of an enum's rules. Rules for a list's items are not in it.
    """
    kind = rules.WhichOneof("type")
    if kind is None:
        return {}
    own = getattr(rules, kind)
    if kind == "enum":
        return _enum(own, enum)
    return _BY_KIND.get(kind, _number)(own)


def notes(rules: Any) -> Iterator[str]:
    """The rules that only words can say, a sentence each."""
    kind = rules.WhichOneof("type")
    own = getattr(rules, kind or "any")
    if kind in {"duration", "timestamp"}:
        yield from (
            f"Must be {words} {_plain(getattr(own, name))}."
            for name, words in _COMPARISONS.items()
            if own.HasField(name)
        )
    if kind in {"int64", "uint64", "sint64", "fixed64", "sfixed64"}:
        yield from (
            f"Must be {words} {getattr(own, name)}."
            for name, words in _COMPARISONS.items()
            if own.HasField(name)
        )
    if kind == "string" and own.HasField("max_bytes"):
        yield f"At most {own.max_bytes} bytes in UTF-8."
    yield from (f"Rule: {cel.message or cel.expression}." for cel in rules.cel)


def may_be_empty(rules: Any) -> bool:
    """Whether the rules are asked only of values that are not empty."""
    return bool(rules.ignore == validate_pb2.IGNORE_IF_ZERO_VALUE)


def portable(pattern: str) -> str:
    """An RE2 pattern in the dialect of JSON Schema. Raises ValueError where there is no such form.

    What it means is that of RE2: its character classes are ASCII.
    """
    if re.search(r"\\[pPzAQCb]|\[\[:|\(\?", pattern):
        raise ValueError(f"say it without {pattern!r}: JSON Schema has no such thing")
    return re.sub(r"\[\^?(?:\\.|[^\]\\])*\]|\\.", _ascii, pattern)


def _ascii(found: re.Match[str]) -> str:
    text = found[0]
    if text.startswith("["):
        return re.sub(r"\\[dws]", lambda inner: _CLASSES[inner[0]], text)
    return f"[{_CLASSES[text]}]" if text in _CLASSES else text


def _string(own: Any) -> Json:
    schema: Json = {}
    for name, form in _STRING_FORMS.items():
        if getattr(own, name, False):
            schema |= form
    schema |= {
        keyword: getattr(own, name)
        for name, keyword in _STRING_KEYWORDS.items()
        if own.HasField(name)
    }
    if own.HasField("len"):
        schema |= {"minLength": own.len, "maxLength": own.len}
    schema |= _patterns(own)
    return schema | _listed(own)


def _patterns(own: Any) -> Json:
    wanted = []
    if own.HasField("pattern"):
        wanted.append(portable(own.pattern))
    if own.HasField("prefix"):
        wanted.append("^" + re.escape(own.prefix))
    if own.HasField("suffix"):
        wanted.append(re.escape(own.suffix) + "$")
    if own.HasField("contains"):
        wanted.append(re.escape(own.contains))
    if not wanted:
        return {}
    first, *others = wanted
    rest = {"allOf": [{"pattern": pattern} for pattern in others]} if others else {}
    return {"pattern": first} | rest


def _bytes(own: Any) -> Json:
    """Lengths as those of the base64 that carries the bytes; its padding may be left out."""
    schema: Json = {}
    if own.HasField("min_len"):
        schema["minLength"] = -(-own.min_len * 4 // 3)
    if own.HasField("max_len"):
        schema["maxLength"] = -(-own.max_len // 3) * 4
    return schema


def _number(own: Any) -> Json:
    # A comparison means nothing for a 64-bit integer, which is a string: `notes` says it.
    if own.DESCRIPTOR.name.endswith("64Rules"):
        return {"pattern": _NOT_NEGATIVE} if own.HasField("gte") and own.gte >= 0 else {}
    schema = {
        keyword: getattr(own, name)
        for name, keyword in _NUMBER_KEYWORDS.items()
        if own.HasField(name)
    }
    if getattr(own, "finite", False):
        schema["type"] = "number"
    return schema | _listed(own)


def _listed(own: Any) -> Json:
    schema: Json = {}
    if own.HasField("const"):
        schema["const"] = own.const
    if getattr(own, "in"):
        schema["enum"] = list(getattr(own, "in"))
    if own.not_in:
        schema["not"] = {"enum": list(own.not_in)}
    return schema


def _enum(own: Any, enum: EnumDescriptor | None) -> Json:
    if enum is None:
        raise ValueError("rules of an enum need its names")
    names = {value.number: value.name for value in enum.values}
    schema: Json = {}
    if own.HasField("const"):
        schema["const"] = names[own.const]
    if getattr(own, "in"):
        schema["enum"] = [names[number] for number in getattr(own, "in")]
    if own.not_in:
        schema["not"] = {"enum": [names[number] for number in own.not_in]}
    return schema


def _list(own: Any) -> Json:
    keywords_of = {"min_items": "minItems", "max_items": "maxItems"}
    schema: Json = {
        keyword: getattr(own, name) for name, keyword in keywords_of.items() if own.HasField(name)
    }
    return schema | ({"uniqueItems": True} if own.unique else {})


def _map(own: Any) -> Json:
    keywords_of = {"min_pairs": "minProperties", "max_pairs": "maxProperties"}
    return {
        keyword: getattr(own, name) for name, keyword in keywords_of.items() if own.HasField(name)
    }


def _nothing(_: Any) -> Json:
    return {}


def _plain(value: Duration | Timestamp) -> str:
    if isinstance(value, Duration):
        return f"{value.ToTimedelta() / timedelta(seconds=1):g} s"
    return value.ToJsonString()


_BY_KIND: Mapping[str, Callable[[Any], Json]] = {
    "string": _string,
    "bytes": _bytes,
    "repeated": _list,
    "map": _map,
    "bool": _nothing,
    "any": _nothing,
    "field_mask": _nothing,
    "duration": _nothing,
    "timestamp": _nothing,
}
