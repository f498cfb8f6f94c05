"""An operation as a command to paste."""

import json
import re
from urllib.parse import urlencode

from stack.mesh_contract import Binding, Operation
from stack.openapi.examples import parameter_example, request_example
from stack.openapi.messages import field_at, is_page, message_of, request_of
from stack.openapi.parameters import path_fields
from stack.openapi.schemas import needed


def curl(operation: Operation, binding: Binding) -> str:
    """A command that calls the operation; the shell knows `$INERGIZE_URL` and `$ACCESS`."""
    stream = "N" if operation.method.is_stream else ""
    is_usual = binding.verb == ("POST" if binding.body else "GET")
    verb = "" if is_usual else f" -X {binding.verb}"
    lines = [f'curl -s{stream}{verb} "$INERGIZE_URL{_path(operation, binding)}"']
    if not operation.is_public:
        lines.append('-H "authorization: Bearer $ACCESS"')
    body = _body(operation, binding)
    if body is not None:
        lines.append(f"-d '{body}'")
    return " \\\n  ".join(lines)


def _path(operation: Operation, binding: Binding) -> str:
    request = request_of(operation)
    path = re.sub(
        r"\{([^=}]+)(?:=[^}]*)?\}",
        lambda found: str(parameter_example(field_at(request, found[1]))),
        binding.template,
    )
    if binding.body == "*":
        return path
    asked = needed(request) - path_fields(binding) - {binding.body}
    values = {
        field.json_name: parameter_example(field) for field in request.fields if field.name in asked
    }
    return f"{path}?{urlencode(values, doseq=True)}" if values else path


def _body(operation: Operation, binding: Binding) -> str | None:
    if not binding.body:
        return None
    request = request_of(operation)
    if binding.body == "*":
        value = request_example(request, path_fields(binding))
    else:
        field = request.fields_by_name[binding.body]
        if is_page(field):
            return ""
        value = request_example(message_of(field), set())
    # Single quotes end a shell's text; JSON may spell them another way.
    return json.dumps(value, ensure_ascii=False).replace("'", "\\u0027")
