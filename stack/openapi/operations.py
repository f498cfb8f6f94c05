"""One operation of the API: a method of the contract on one of its REST routes."""

from itertools import groupby

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from inergize.common.v1.access_pb2 import ACCESS_ADMIN

from stack.mesh_contract import Binding, Operation
from stack.openapi.comments import Comments, first_sentence, with_json_names
from stack.openapi.curl import curl
from stack.openapi.errors import Failure, Reasons, documented, general
from stack.openapi.examples import request_example, response_example
from stack.openapi.kinds import Json
from stack.openapi.messages import full_name, is_page, message_of, reachable, reply_of, request_of
from stack.openapi.parameters import parameters, path_fields, path_of
from stack.openapi.schemas import Schemas

STATUS = {"$ref": "#/components/schemas/google.rpc.Status"}
ACCESS_TOKEN, API_KEY = "accessToken", "apiKey"
REQUEST_ID = {"x-request-id": {"$ref": "#/components/headers/RequestId"}}
RETRY_AFTER = {"retry-after": {"$ref": "#/components/headers/RetryAfter"}}
_WAIT = {429, 502, 503}
_TITLES = {
    400: "The request is not valid, or not possible now.",
    401: "Who calls is not known, or no longer.",
    403: "The caller may not do this.",
    404: "There is no such thing, or it is somebody else's.",
    408: "The request did not arrive in time.",
    409: "It is in the way of something that is there or under way.",
    413: "The request is too large.",
    426: "Another version of HTTP is needed.",
    429: "Too much for now: wait, then try again.",
    431: "The headers are too large.",
    500: "Something failed here.",
    502: "A service did not answer properly.",
    503: "A part that is needed cannot be reached; try again.",
    504: "The call took longer than it may.",
}


class Describer:
    """Turns methods into operations, and collects what several of them share."""

    def __init__(self, comments: Comments, schemas: Schemas) -> None:
        self._comments = comments
        self._schemas = schemas
        self._reasons = Reasons(comments)
        self.examples: dict[str, Json] = {}
        self.responses: dict[str, Json] = {}

    def operation(self, operation: Operation, binding: Binding) -> Json:
        """The Operation Object of a method on one of its routes."""
        comment = self._comment(operation)
        described = {
            "operationId": _operation_id(operation, binding),
            "tags": [operation.service.rpartition(".")[2]],
            "summary": first_sentence(comment),
            "description": "\n\n".join(filter(None, [comment, *_remarks(operation, binding)])),
            "security": _security(operation),
            "parameters": parameters(operation, binding, self._schemas),
            "requestBody": self._body(operation, binding),
            "responses": self._responses(operation, binding),
            "x-grpc-method": operation.method.path,
            "x-timeout": f"{operation.method.timeout_seconds:g}s",
            "x-required-scope": operation.method.scope,
            "x-recent-authentication": operation.method.needs_recent_authentication,
            "x-codeSamples": [
                {"lang": "Shell", "label": "curl", "source": curl(operation, binding)}
            ],
        }
        return {
            key: value for key, value in described.items() if value not in ({}, "", None, False)
        }

    def _comment(self, operation: Operation) -> str:
        words = self._comments.text(full_name(operation))
        messages = (*reachable(request_of(operation)), *reachable(reply_of(operation)))
        return with_json_names(words, *messages)

    def _body(self, operation: Operation, binding: Binding) -> Json:
        if not binding.body:
            return {}
        request = request_of(operation)
        elsewhere = path_fields(binding)
        if binding.body != "*":
            field = request.fields_by_name[binding.body]
            if is_page(field):
                return self._form(field)
            schema = self._schemas.field(field)
            example = request_example(message_of(field), set())
        elif elsewhere:
            schema = self._schemas.message(request, without=elsewhere)
            example = request_example(request, elsewhere)
        else:
            schema, example = self._schemas.reference(request), request_example(request, set())
        content = {"application/json": {"schema": schema, "example": example}}
        return {"required": bool(example), "content": content}

    def _form(self, field: FieldDescriptor) -> Json:
        """A body that is taken as it comes, whatever it holds."""
        said = self._comments.text(field.full_name)
        content = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
        return {"description": said, "required": False, "content": content}

    def _responses(self, operation: Operation, binding: Binding) -> Json:
        own = set(documented(self._comments.text(full_name(operation))))
        failures = sorted(own | set(general(operation, binding)))
        responses: Json = {"200": self._success(operation, binding)}
        for status, group in groupby(failures, key=lambda failure: failure.http_status):
            found = list(group)
            is_shared = not own.intersection(found)
            responses[str(status)] = self._shared(found) if is_shared else self._failed(found)
        return responses

    def _success(self, operation: Operation, binding: Binding) -> Json:
        reply = reply_of(operation)
        said = self._comments.text(reply.full_name)
        if binding.response_body:
            said, content = self._page(reply, binding.response_body)
        else:
            schema = self._schemas.reference(reply)
            content = {"application/json": {"schema": schema, "example": response_example(reply)}}
        if operation.method.is_stream:
            said = f"{said} {_STREAM}"
            content["application/json"]["x-stream"] = "ndjson"
        return {"description": said, "headers": REQUEST_ID, "content": content}

    def _page(self, reply: Descriptor, name: str) -> tuple[str, Json]:
        """An answer that is a body of its own, and where the response has more, that as JSON."""
        page = reply.fields_by_name[name]
        content: Json = {"text/html": {"schema": {"type": "string"}}}
        rest = {field.name for field in reply.fields if is_page(field)}
        if len(rest) < len(reply.fields):
            schema = self._schemas.message(reply, without=rest)
            content["application/json"] = {"schema": schema, "example": response_example(reply)}
        return self._comments.text(page.full_name), content

    def _shared(self, failures: list[Failure]) -> Json:
        """A reference to the response of these failures, which other operations have too."""
        reasons = dict.fromkeys(found.reason.removeprefix("ERROR_REASON_") for found in failures)
        name = ".".join([str(failures[0].http_status), *reasons])
        self.responses.setdefault(name, self._failed(failures))
        return {"$ref": f"#/components/responses/{name}"}

    def _failed(self, failures: list[Failure]) -> Json:
        status = failures[0].http_status
        reasons = [
            f"- `{found.reason}` ({found.code}): {self._reasons.meaning(found.reason)}"
            for found in failures
        ]
        examples = {found.reason: self._example(found) for found in failures}
        return {
            "description": "\n".join([_TITLES[status], "", *reasons]),
            "headers": REQUEST_ID | (RETRY_AFTER if status in _WAIT else {}),
            "content": {"application/json": {"schema": STATUS, "examples": examples}},
        }

    def _example(self, failure: Failure) -> Json:
        name = f"{failure.code}.{failure.reason}"
        if name not in self.examples:
            summary = first_sentence(self._reasons.meaning(failure.reason))
            self.examples[name] = {"summary": summary, "value": self._reasons.example(failure)}
        return {"$ref": f"#/components/examples/{name}"}


_STREAM = (
    "A stream of newline-delimited JSON, one such message a line, under the content type"
    " `application/json`."
)


def _remarks(operation: Operation, binding: Binding) -> list[str]:
    """What options say, as sentences."""
    remarks = []
    if operation.method.needs_recent_authentication:
        remarks.append("The session must have proved its user within the last ten minutes.")
    if binding != operation.bindings[0]:
        remarks.append(
            f"The same as `{operation.bindings[0].verb} {path_of(operation.bindings[0])}`."
        )
    return remarks


def _security(operation: Operation) -> list[Json]:
    token: Json = {ACCESS_TOKEN: []}
    if operation.is_public:
        return [{}, token]
    if operation.method.access == ACCESS_ADMIN:
        return [{ACCESS_TOKEN: ["admin"]}]
    scope = operation.method.scope
    return [token, {API_KEY: [scope]}] if scope else [token]


def _operation_id(operation: Operation, binding: Binding) -> str:
    name = full_name(operation).split(".")
    at = operation.bindings.index(binding)
    return "_".join(name[-2:]) + (f"_{at + 1}" if at else "")
