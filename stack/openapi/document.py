"""The whole document: every operation that the edge offers, and what they share."""

from importlib.metadata import version

from google.protobuf.descriptor_pool import Default

from stack.mesh_contract import Operation, edge_operations
from stack.openapi.comments import Comments
from stack.openapi.kinds import Json
from stack.openapi.messages import reply_of, request_of
from stack.openapi.operations import ACCESS_TOKEN, API_KEY, Describer
from stack.openapi.parameters import COMMON_PARAMETERS, path_of
from stack.openapi.schemas import Schemas
from stack.openapi.status import STATUS_SCHEMAS

OPENING = """\
The backend of a LinkedIn growth platform, over REST. The same methods can be called by gRPC and
gRPC-Web at the same address; `x-grpc-method` names them.

- **JSON** is protobuf's own mapping: lowerCamelCase names, enums by name, 64-bit integers as
  strings, bytes as base64, times as RFC 3339, durations as seconds (`5s`). Answers hold every field
  but absent messages, empty ones too. Text holds no NUL. A name that is not known is refused in a
  query and passed over in a body.
- **Access.** Sign in with `AuthService_Login` and send `authorization: Bearer <accessToken>`.
  Programs may send an API key there, where `x-required-scope` names a scope. Where
  `x-recent-authentication` is true, the session must have proved its user within ten minutes.
- **Errors** are a `google.rpc.Status`. Switch on the `reason` of its `ErrorInfo`; the message is
  for people. Somebody else's id is answered like one that does not exist.
- **Lists** take `pageSize` and `pageToken`, and answer `nextPageToken`, empty at the end.
- **Writes** that take the header `idempotency-key` may be repeated without a second effect.
- **Streams** are newline-delimited JSON and end by themselves after their time; call again.
- Every answer has an `x-request-id`; quote it when you report something.
"""


def openapi_document(comments: Comments) -> Json:
    """The API as an OpenAPI 3.1 document.

    `comments` are those of the contracts the stubs in use were made from.
    """
    operations = edge_operations()
    schemas = Schemas(
        comments,
        sent=[request_of(found) for found in operations],
        received=[reply_of(found) for found in operations],
    )
    describer = Describer(comments, schemas)
    paths = _paths(operations, describer)
    return {
        "openapi": "3.1.1",
        "info": {"title": "InErgize", "version": version("inergize"), "description": OPENING},
        "servers": [{"url": "/", "description": "Where this document comes from."}],
        "tags": _tags(operations, comments),
        "paths": paths,
        "components": {
            "securitySchemes": _SECURITY_SCHEMES,
            "parameters": COMMON_PARAMETERS,
            "headers": _HEADERS,
            "responses": dict(sorted(describer.responses.items())),
            "examples": dict(sorted(describer.examples.items())),
            "schemas": dict(sorted((schemas.components | STATUS_SCHEMAS).items())),
        },
    }


def _paths(operations: tuple[Operation, ...], describer: Describer) -> Json:
    paths: Json = {}
    for operation in operations:
        for binding in operation.bindings:
            item = paths.setdefault(path_of(binding), {})
            item[binding.verb.lower()] = describer.operation(operation, binding)
    return dict(sorted(paths.items()))


def _tags(operations: tuple[Operation, ...], comments: Comments) -> list[Json]:
    services = dict.fromkeys(found.service for found in operations if found.bindings)
    pool = Default()
    return [
        {"name": pool.FindServiceByName(name).name, "description": comments.text(name)}
        for name in services
    ]


_SECURITY_SCHEMES: Json = {
    ACCESS_TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of a session, good for ten minutes: sign in with"
        " `AuthService_Login`, go on with `AuthService_RefreshSession`. Where a role is needed, it"
        " stands where scopes do.",
    },
    API_KEY: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "igz_…",
        "description": "A key for a program, made with `AuthService_CreateApiKey`. It may call what"
        " its scopes allow.",
    },
}
_HEADERS: Json = {
    "RequestId": {
        "description": "Names the request in every log.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {
        "description": "Seconds to wait; not always there.",
        "schema": {"type": "integer", "minimum": 0},
    },
}
