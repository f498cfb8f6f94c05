"""`google.rpc.Status` as JSON: the one shape of every error."""

from stack.openapi.kinds import Json

_PREFIX = "type.googleapis.com/google.rpc."


def _detail(name: str, said: str, properties: Json, required: list[str]) -> Json:
    return {
        "type": "object",
        "description": said,
        "required": ["@type", *required],
        "properties": {"@type": {"const": _PREFIX + name}, **properties},
    }


def _listed(properties: Json) -> Json:
    return {"type": "array", "items": {"type": "object", "properties": properties}}


_TEXT: Json = {"type": "string"}
_DETAILS = {
    "ErrorInfo": _detail(
        "ErrorInfo",
        "Why the call failed, for programs. Every error has exactly one.",
        {
            "reason": {"type": "string", "pattern": "^ERROR_REASON_[A-Z0-9_]+$"},
            "domain": {"const": "inergize"},
            "metadata": {"type": "object", "additionalProperties": _TEXT},
        },
        ["reason", "domain"],
    ),
    "BadRequest": _detail(
        "BadRequest",
        "Which fields break which rules.",
        {"fieldViolations": _listed({"field": _TEXT, "description": _TEXT})},
        ["fieldViolations"],
    ),
    "RetryInfo": _detail(
        "RetryInfo",
        "How long to wait before trying again.",
        {"retryDelay": {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?s$"}},
        ["retryDelay"],
    ),
    "QuotaFailure": _detail(
        "QuotaFailure",
        "Which limit is reached.",
        {"violations": _listed({"subject": _TEXT, "description": _TEXT})},
        ["violations"],
    ),
}

STATUS_SCHEMAS: dict[str, Json] = {
    "google.rpc.Status": {
        "type": "object",
        "description": "An error.",
        "required": ["code", "message", "details"],
        "properties": {
            "code": {
                "type": "integer",
                "minimum": 1,
                "maximum": 16,
                "description": "The gRPC status code; the HTTP status follows from it.",
            },
            "message": {"type": "string", "description": "What is wrong, for people."},
            "details": {
                "type": "array",
                "items": {
                    "oneOf": [
                        {"$ref": f"#/components/schemas/google.rpc.{name}"} for name in _DETAILS
                    ]
                },
                "contains": {"$ref": "#/components/schemas/google.rpc.ErrorInfo"},
                "maxContains": 1,
            },
        },
    },
    **{f"google.rpc.{name}": schema for name, schema in _DETAILS.items()},
}
