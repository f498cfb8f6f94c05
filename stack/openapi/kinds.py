"""How protobuf's kinds of values look in JSON, as Envoy's transcoder reads and writes them.

Source: https://protobuf.dev/programming-guides/json/
"""

from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

Json = dict[str, Any]

_INT32: Json = {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
_UINT32: Json = {"type": "integer", "format": "int64", "minimum": 0, "maximum": 2**32 - 1}
# JavaScript's numbers end at 2^53, so these are strings.
_INT64: Json = {"type": "string", "format": "int64", "pattern": "^-?[0-9]{1,19}$"}
_UINT64: Json = {"type": "string", "format": "uint64", "pattern": "^[0-9]{1,20}$"}
_NOT_FINITE: Json = {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]}
_FLOAT: Json = {"anyOf": [{"type": "number", "format": "float"}, _NOT_FINITE]}
_DOUBLE: Json = {"anyOf": [{"type": "number", "format": "double"}, _NOT_FINITE]}
_BYTES: Json = {
    "type": "string",
    "contentEncoding": "base64",
    "pattern": "^[A-Za-z0-9+/_-]*={0,2}$",
}

_BY_TYPE: dict[int, Json] = {
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BYTES: _BYTES,
    FieldDescriptor.TYPE_FLOAT: _FLOAT,
    FieldDescriptor.TYPE_DOUBLE: _DOUBLE,
    FieldDescriptor.TYPE_INT32: _INT32,
    FieldDescriptor.TYPE_SINT32: _INT32,
    FieldDescriptor.TYPE_SFIXED32: _INT32,
    FieldDescriptor.TYPE_UINT32: _UINT32,
    FieldDescriptor.TYPE_FIXED32: _UINT32,
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_SINT64: _INT64,
    FieldDescriptor.TYPE_SFIXED64: _INT64,
    FieldDescriptor.TYPE_UINT64: _UINT64,
    FieldDescriptor.TYPE_FIXED64: _UINT64,
}
_BY_MESSAGE: dict[str, Json] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]{1,11}(\.[0-9]{1,9})?s$"},
    "google.protobuf.FieldMask": {
        "type": "string",
        "pattern": "^([a-z][A-Za-z0-9.]*(,[a-z][A-Za-z0-9.]*)*)?$",
    },
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": {},
    "google.protobuf.ListValue": {"type": "array"},
    "google.protobuf.Empty": {"type": "object"},
    "google.protobuf.Any": {
        "type": "object",
        "required": ["@type"],
        "properties": {"@type": {"type": "string"}},
    },
    "google.protobuf.BoolValue": {"type": ["boolean", "null"]},
    "google.protobuf.StringValue": {"type": ["string", "null"]},
    "google.protobuf.BytesValue": {**_BYTES, "type": ["string", "null"]},
    "google.protobuf.Int32Value": {**_INT32, "type": ["integer", "null"]},
    "google.protobuf.UInt32Value": {**_UINT32, "type": ["integer", "null"]},
    "google.protobuf.Int64Value": {**_INT64, "type": ["string", "null"]},
    "google.protobuf.UInt64Value": {**_UINT64, "type": ["string", "null"]},
    "google.protobuf.FloatValue": {"anyOf": [*_FLOAT["anyOf"], {"type": "null"}]},
    "google.protobuf.DoubleValue": {"anyOf": [*_DOUBLE["anyOf"], {"type": "null"}]},
}


def scalar(field: FieldDescriptor) -> Json:
    """The schema of one value of a field that is neither message nor enum."""
    return dict(_BY_TYPE[field.type])


def well_known(message: Descriptor) -> Json | None:
    """The schema of a message with a JSON form of its own; None for all others."""
    found = _BY_MESSAGE.get(message.full_name)
    return dict(found) if found is not None else None
