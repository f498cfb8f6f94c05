"""What a request brings outside its body: in the path, in the query and in headers."""

import re
from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from stack.mesh_contract import Binding, Operation
from stack.openapi.kinds import Json, well_known
from stack.openapi.messages import field_at, is_map, message_of, request_of
from stack.openapi.schemas import Schemas, needed

IDEMPOTENCY_KEY = "IdempotencyKey"
_VARIABLE = re.compile(r"\{([^=}]+)(?:=[^}]*)?\}")

COMMON_PARAMETERS: dict[str, Json] = {
    IDEMPOTENCY_KEY: {
        "name": "idempotency-key",
        "in": "header",
        "description": "Makes the write safe to repeat: for a day, the same key gets the first "
        "call's answer and has no second effect. The same key with another request is refused.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    }
}


def path_of(binding: Binding) -> str:
    """The binding's path as OpenAPI writes it, its variables named as in JSON."""
    return _VARIABLE.sub(lambda found: "{" + _camel(found[1]) + "}", binding.template)


def path_fields(binding: Binding) -> set[str]:
    """Names of the request's fields that the path gives."""
    return {found[1] for found in _VARIABLE.finditer(binding.template)}


def accepts_idempotency_key(operation: Operation) -> bool:
    """Whether a repeat of the call is answered from the first one's reply."""
    method = operation.method
    return not (method.is_read or method.is_stream or method.has_secret_reply)


def parameters(operation: Operation, binding: Binding, schemas: Schemas) -> list[Json]:
    """The parameters of one route of an operation."""
    request = request_of(operation)
    found = [
        {"name": _camel(name), "in": "path", "required": True} | _described(request, name, schemas)
        for name in _VARIABLE.findall(binding.template)
    ]
    if binding.body != "*":
        elsewhere = path_fields(binding) | {binding.body}
        found += _query(request, elsewhere, schemas)
    if accepts_idempotency_key(operation):
        found.append({"$ref": f"#/components/parameters/{IDEMPOTENCY_KEY}"})
    return found


def _query(request: Descriptor, elsewhere: set[str], schemas: Schemas) -> Iterator[Json]:
    required = needed(request)
    for name, field in _leaves(request, ""):
        if name not in elsewhere and name.partition(".")[0] not in elsewhere:
            schema = schemas.field(field)
            yield {
                "name": _camel(name),
                "in": "query",
                "required": name in required,
                "description": schema.pop("description"),
                "schema": schema,
            }


def _leaves(
    message: Descriptor, prefix: str, depth: int = 3
) -> Iterator[tuple[str, FieldDescriptor]]:
    """The fields that a query can give, by their dotted path; lists of messages it cannot."""
    for field in message.fields:
        name = f"{prefix}{field.name}"
        kind = field.message_type
        if kind is None or well_known(kind) is not None:
            yield name, field
        elif not (field.is_repeated or is_map(field)) and depth:
            yield from _leaves(message_of(field), f"{name}.", depth - 1)


def _described(request: Descriptor, path: str, schemas: Schemas) -> Json:
    schema = schemas.field(field_at(request, path))
    return {"description": schema.pop("description"), "schema": schema}


def _camel(path: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), path)
