"""Messages and enums as JSON Schemas, each once, under its full name in the contract."""

from collections.abc import Collection, Iterable

from buf.validate import validate_pb2
from google.protobuf.descriptor import (
    Descriptor,
    EnumDescriptor,
    FieldDescriptor,
    OneofDescriptor,
)

from stack.openapi.comments import Comments, with_json_names
from stack.openapi.kinds import Json, scalar, well_known
from stack.openapi.messages import broken, enum_of, holder_of, is_map, message_of, new, reachable
from stack.openapi.rules import field_rules, keywords, may_be_empty, notes

OUTPUT_ONLY = "Output only."


class Schemas:
    """Collects the schemas that an API needs, while it is described."""

    def __init__(
        self, comments: Comments, sent: Iterable[Descriptor], received: Iterable[Descriptor]
    ) -> None:
        """`sent` are the requests of the API, `received` its responses."""
        self._comments = comments
        self._sent = {found.full_name for kind in sent for found in reachable(kind)}
        self._received = {found.full_name for kind in received for found in reachable(kind)}
        self.components: dict[str, Json] = {}

    def reference(self, kind: Descriptor | EnumDescriptor) -> Json:
        """A `$ref` to the schema of a message or an enum, which is made if need be."""
        name = kind.full_name
        if name not in self.components:
            self.components[name] = {}  # A message may hold itself.
            made = self._enum(kind) if isinstance(kind, EnumDescriptor) else self.message(kind)
            self.components[name] = made
        return {"$ref": f"#/components/schemas/{name}"}

    def message(self, kind: Descriptor, *, without: Collection[str] = ()) -> Json:
        """The schema of a message, less the fields that travel elsewhere than in its JSON."""
        fields = [field for field in kind.fields if field.name not in without]
        schema: Json = {"type": "object", "description": self._said(kind.full_name, kind)}
        is_sent = kind.full_name in self._sent
        required = needed(kind) if is_sent else printed(kind)
        schema["properties"] = {field.json_name: self.field(field) for field in fields}
        if kind.full_name not in self._received:
            # Others gain fields in time, which nobody who checks answers should stumble over.
            schema["additionalProperties"] = False
        names = [field.json_name for field in fields if field.name in required]
        if names:
            schema["required"] = names
        schema |= _oneofs(kind, without)
        return {key: value for key, value in schema.items() if value != ""}

    def field(self, field: FieldDescriptor) -> Json:
        """The schema of a field, with its comment and rules."""
        rules = field_rules(field)
        schema = self._value(field)
        said = [self._said(field.full_name, holder_of(field)), *notes(rules)]
        schema["description"] = " ".join(filter(None, said))
        if schema["description"].startswith(OUTPUT_ONLY):
            schema["readOnly"] = True
        if field.GetOptions().debug_redact:
            schema |= self._secret(field, schema)
        return schema

    def _value(self, field: FieldDescriptor) -> Json:
        rules = field_rules(field)
        if is_map(field):
            return self._map(field) | keywords(rules)
        if field.is_repeated:
            items = self._single(field, rules.repeated.items)
            return {"type": "array", "items": items} | keywords(rules)
        schema = self._single(field, rules)
        if may_be_empty(rules):
            return {"anyOf": [schema, {"const": _empty(field)}]}
        return schema

    def _single(self, field: FieldDescriptor, rules: validate_pb2.FieldRules) -> Json:
        """One value; of a list, one item."""
        if field.enum_type is not None:
            return self.reference(field.enum_type) | keywords(rules, field.enum_type)
        if field.message_type is not None:
            return well_known(field.message_type) or self.reference(field.message_type)
        return scalar(field) | keywords(rules)

    def _map(self, field: FieldDescriptor) -> Json:
        rules = field_rules(field).map
        entry = message_of(field).fields_by_name
        schema: Json = {
            "type": "object",
            "additionalProperties": self._single(entry["value"], rules.values),
        }
        names = keywords(rules.keys)
        return schema | ({"propertyNames": names} if names else {})

    def _secret(self, field: FieldDescriptor, schema: Json) -> Json:
        marks: Json = {"x-secret": True}
        if schema.get("type") == "string" and "format" not in schema:
            marks["format"] = "password"
        if holder_of(field).full_name not in self._received:
            marks["writeOnly"] = True
        return marks

    def _said(self, name: str, message: Descriptor) -> str:
        return with_json_names(self._comments.text(name), message)

    def _enum(self, kind: EnumDescriptor) -> Json:
        scope = kind.full_name.rpartition(".")[0]
        meanings = {
            value.name: self._comments.text(f"{scope}.{value.name}") for value in kind.values
        }
        return {
            "type": "string",
            "description": self._comments.text(kind.full_name),
            "enum": list(meanings),
            "x-enumDescriptions": meanings,
        }


def needed(kind: Descriptor) -> set[str]:
    """The fields that a request must have: those whose absence the rules themselves refuse."""
    # A oneof may break a rule, but is no field.
    return broken(new(kind)) & set(kind.fields_by_name)


def printed(kind: Descriptor) -> set[str]:
    """The fields that every answer has: the transcoder prints empty ones, but no absent message."""
    return {field.name for field in kind.fields if not field.has_presence}


def _oneofs(kind: Descriptor, without: Collection[str]) -> Json:
    """At most one of each `oneof`; exactly one, where the contract wants it."""
    found = [
        _one_of(oneof)
        for oneof in kind.oneofs
        if not _is_optional(oneof) and not any(field.name in without for field in oneof.fields)
    ]
    if len(found) == 1:
        return found[0]
    return {"allOf": found} if found else {}


def _is_optional(oneof: OneofDescriptor) -> bool:
    """Whether it only stands for an `optional` field: protobuf keeps those in oneofs."""
    return [f"_{field.name}" for field in oneof.fields] == [oneof.name]


def _one_of(oneof: OneofDescriptor) -> Json:
    choices: list[Json] = [{"required": [field.json_name]} for field in oneof.fields]
    if oneof.GetOptions().Extensions[validate_pb2.oneof].required:
        return {"oneOf": choices}
    return {"oneOf": [*choices, {"not": {"anyOf": choices}}]}


def _empty(field: FieldDescriptor) -> object:
    return enum_of(field).values_by_number[0].name if field.enum_type else field.default_value
