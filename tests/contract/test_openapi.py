"""The API's description is whole, true to the contracts and fresh."""

import copy
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from inergize.common.v1.error_reason_pb2 import ErrorReason
from protovalidate import Validator

import services
from services.kernel.errors import DomainError
from stack.generate import descriptor_set
from stack.mesh_contract import Binding, Operation, edge_operations
from stack.openapi.comments import Comments
from stack.openapi.errors import documented
from stack.openapi.files import DOCUMENT, PAGE
from stack.openapi.messages import full_name, reachable, reply_of, request_of
from stack.openapi.parameters import path_of
from stack.openapi.rendering import rendered
from stack.openapi.schemas import needed
from tests.support.isolated import OPENAPI_TOOLS, ROOT, run_isolated

CHECKER = ROOT / "tests" / "acceptance" / "openapi" / "check_document.py"
ROUTES = [(found, binding) for found in edge_operations() for binding in found.bindings]

Json = dict[str, Any]
_validator = Validator()


def _name(value: object) -> str:
    if isinstance(value, Binding):
        return f"{value.verb} {value.template}"
    return full_name(value) if isinstance(value, Operation) else str(value)


@pytest.fixture(scope="module")
def fresh() -> dict[Path, str]:
    return rendered()


@pytest.fixture(scope="module")
def document(fresh: dict[Path, str]) -> Json:
    found: Json = json.loads(fresh[DOCUMENT])
    return found


@pytest.fixture(scope="module")
def comments() -> Comments:
    return Comments.of(descriptor_set(with_sources=True))


def _operations(document: Json) -> list[Json]:
    return [found for item in document["paths"].values() for found in item.values()]


def _operation(document: Json, binding: Binding) -> Json:
    found: Json = document["paths"][path_of(binding)][binding.verb.lower()]
    return found


@pytest.mark.parametrize("path", [DOCUMENT, PAGE], ids=lambda path: str(path.name))
def test_committed_description_is_what_the_contracts_say(
    path: Path, fresh: dict[Path, str]
) -> None:
    assert path.read_text(encoding="utf-8") == fresh[path], "run `make generate`"


def test_every_route_of_the_edge_is_described_and_nothing_else(document: Json) -> None:
    described = {(verb.upper(), path) for path, item in document["paths"].items() for verb in item}
    assert described == {(binding.verb, path_of(binding)) for _, binding in ROUTES}
    assert len(described) == len(ROUTES) > 50


def test_operation_ids_are_unique(document: Json) -> None:
    ids = [found["operationId"] for found in _operations(document)]
    assert len(set(ids)) == len(ids)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _references(item)


def test_references_lead_somewhere_and_every_component_is_used(document: Json) -> None:
    used = set(_references(document))
    there = {
        f"#/components/{kind}/{name}"
        for kind, components in document["components"].items()
        if kind != "securitySchemes"
        for name in components
    }
    assert used == there


def test_document_keeps_the_specification_and_examples_keep_its_schemas() -> None:
    done = run_isolated(OPENAPI_TOOLS, "python", str(CHECKER), str(DOCUMENT), seconds=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_document_would_be_noticed(document: Json, tmp_path: Path) -> None:
    spoiled = copy.deepcopy(document)
    register = spoiled["paths"]["/v1/auth/register"]["post"]
    register["requestBody"]["content"]["application/json"]["example"]["email"] = 7
    register["responses"]["200"].pop("description")
    path = tmp_path / "spoiled.json"
    path.write_text(json.dumps(spoiled))
    done = run_isolated(OPENAPI_TOOLS, "python", str(CHECKER), str(path), seconds=120)
    assert done.returncode == 1
    assert '"description" is a required property' in done.stdout
    assert "$.email: 7 is not of type 'string'" in done.stdout


@pytest.mark.parametrize(("operation", "binding"), ROUTES, ids=_name)
def test_request_example_is_valid_for_the_service(
    document: Json, operation: Operation, binding: Binding
) -> None:
    described = _operation(document, binding)
    message = message_factory.GetMessageClass(request_of(operation))()
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    json_format.ParseDict(body.get("example", {}), message)
    source = described["x-codeSamples"][0]["source"]
    url = re.search(r'\$INERGIZE_URL([^"]*)"', source)
    assert url, source
    _take(message, binding, url[1])
    assert _validator.collect_violations(message) == []
    assert ("$ACCESS" in source) != operation.is_public


def _take(message: Message, binding: Binding, url: str) -> None:
    """Put what the path and the query of a pasted call give into its request."""
    path, _, query = url.partition("?")
    names = re.findall(r"\{(\w+)", binding.template)
    pattern = re.sub(r"\\\{\w+\\\}", "([^/:]+)", re.escape(binding.template))
    found = re.fullmatch(pattern, path)
    assert found, (path, binding.template)
    for name, value in zip(names, found.groups(), strict=True):
        setattr(message, name, value)
    pairs = [pair.split("=", 1) for pair in query.split("&") if pair]
    json_format.ParseDict({**_as_json(message), **dict(pairs)}, message)


def _as_json(message: Message) -> Json:
    found: Json = json_format.MessageToDict(message)
    return found


@pytest.mark.parametrize(("operation", "binding"), ROUTES, ids=_name)
def test_every_field_of_a_request_can_be_given_in_one_place(
    document: Json, operation: Operation, binding: Binding
) -> None:
    described = _operation(document, binding)
    given = [
        found["name"].partition(".")[0]
        for found in described["parameters"]
        if found.get("in") in {"path", "query"}
    ]
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = _followed(document, body.get("schema", {}))
    inside = [binding.body] if binding.body not in {"", "*"} else schema.get("properties", {})
    fields = [field.json_name for field in request_of(operation).fields]
    assert sorted({*given, *inside}) == sorted(fields)
    assert set(given).isdisjoint(inside)


def _followed(document: Json, schema: Json) -> Json:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Json = document["components"]["schemas"][name] if name else schema
    return found


@pytest.mark.parametrize("operation", edge_operations(), ids=_name)
def test_answer_example_is_an_answer(document: Json, operation: Operation) -> None:
    for binding in operation.bindings:
        content = _operation(document, binding)["responses"]["200"]["content"]
        example = content.get("application/json", {}).get("example", {})
        json_format.ParseDict(example, message_factory.GetMessageClass(reply_of(operation))())


def _requests() -> list[Descriptor]:
    found = {
        kind.full_name: kind for one in edge_operations() for kind in reachable(request_of(one))
    }
    return [kind for name, kind in sorted(found.items()) if name.startswith("inergize.")]


@pytest.mark.parametrize("kind", _requests(), ids=lambda kind: str(kind.full_name))
def test_comments_say_required_where_the_rules_do(kind: Descriptor, comments: Comments) -> None:
    required = needed(kind)
    said = {
        field.name
        for field in kind.fields
        if re.match(r"Required\b(?! for)", comments.text(field.full_name))
    }
    assert said == required


@pytest.mark.parametrize("operation", edge_operations(), ids=_name)
def test_documented_failures_have_the_status_that_the_code_gives_them(
    operation: Operation, comments: Comments
) -> None:
    coded = _coded()
    for failure in documented(comments.text(full_name(operation))):
        assert failure.code in coded.get(failure.reason, {failure.code}), failure


def _coded() -> dict[str, set[str]]:
    """The statuses that errors of the services carry, by reason."""
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if module.name.rpartition(".")[2] == "errors":
            importlib.import_module(module.name)
    coded: dict[str, set[str]] = {}
    for error in _subclasses(DomainError):
        coded.setdefault(ErrorReason.Name(error.reason), set()).add(error.code.name)
    assert len(coded) > 20
    return coded


def _subclasses(kind: type[DomainError]) -> list[type[DomainError]]:
    return [found for sub in kind.__subclasses__() for found in (sub, *_subclasses(sub))]


@pytest.mark.parametrize(("operation", "binding"), ROUTES, ids=_name)
def test_access_is_that_of_the_contract(
    document: Json, operation: Operation, binding: Binding
) -> None:
    described = _operation(document, binding)
    schemes = [name for one in described["security"] for name in one]
    assert ({} in described["security"]) == operation.is_public
    assert ("apiKey" in schemes) == bool(operation.method.scope)
    assert ("401" in described["responses"]) or operation.is_public
    recent = "ERROR_REASON_REAUTHENTICATION_REQUIRED"
    assert (recent in json.dumps(_resolved(document, described["responses"]))) == (
        operation.method.needs_recent_authentication
    )


def _resolved(document: Json, responses: Json) -> list[Json]:
    shared = document["components"]["responses"]
    return [
        shared[found["$ref"].rpartition("/")[2]] if "$ref" in found else found
        for found in responses.values()
    ]
