"""The API does what its description says: schemathesis calls every operation by the document."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from stack.openapi.files import DOCUMENT
from tests.support.isolated import OPENAPI_TOOLS, ROOT, run_isolated
from tests.support.patience import Patient
from tests.support.people import sign_in, sign_up
from tests.support.stack import Stack, running_stack

HOOKS = ROOT / "tests" / "acceptance" / "openapi" / "hooks.py"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "what_the_schema_allows_is_valid",
)
SECONDS = 30
CASES_PER_OPERATION = 20
STREAMS = "/responses/200/content/application~1json/x-stream == ndjson"

Json = dict[str, Any]


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """A stack of its own: what is tried here may lock users and addresses out."""
    with running_stack() as running:
        yield running


@pytest.fixture(scope="module")
def document() -> Json:
    found: Json = json.loads(DOCUMENT.read_text())
    return found


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Every operation with its verb."""
    for item in document["paths"].values():
        yield from item.items()


def ends_the_session(verb: str, operation: Json) -> bool:
    """Whether a call may end its own session or account: writes of Auth."""
    is_of_user = {"accessToken": []} in operation["security"] and {} not in operation["security"]
    return verb != "get" and "AuthService" in operation["tags"] and is_of_user


def is_of_admin(verb: str, operation: Json) -> bool:
    """Whether an administrator is needed to look; what they may change stays untouched here."""
    return verb == "get" and {"accessToken": ["admin"]} in operation["security"]


def tokens(stack: Stack, document: Json) -> dict[str, str]:
    """Who calls which operation: one user for all, but one each for what may end the session."""
    listed = list(operations(document))
    alone = [found["operationId"] for verb, found in listed if ends_the_session(verb, found)]
    with ThreadPoolExecutor(4) as pool:
        users = list(pool.map(lambda _: sign_up(stack), ["", *alone]))
    given = dict(zip(["", *alone], (user.token for user in users), strict=True))
    admin = admin_token(stack)
    return given | {
        found["operationId"]: admin for verb, found in listed if is_of_admin(verb, found)
    }


def admin_token(stack: Stack) -> str:
    email = sign_up(stack).email
    stack.inergize("admin", "create", email, "--promote")
    with httpx.Client(transport=Patient(), base_url=stack.url, timeout=30) as client:
        return sign_in(client, email).token


def test_every_operation_answers_as_the_document_says(
    own_stack: Stack, document: Json, tmp_path: Path
) -> None:
    given = tmp_path / "tokens.json"
    given.touch(mode=0o600)
    given.write_text(json.dumps(tokens(own_stack, document)))
    done = run_isolated(
        OPENAPI_TOOLS, "st", "run", f"{own_stack.url}/openapi.json",
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(CASES_PER_OPERATION),
        "--max-time", str(SECONDS), "--request-timeout", "10", "--workers", "1", "--seed", "1",
        "--checks", ",".join(CHECKS), "--continue-on-failure", "--warnings", "off",
        "--exclude-by", STREAMS, "--report", "json", "--report-json-path", str(tmp_path / "r.json"),
        seconds=SECONDS + 60, INERGIZE_TOKENS=str(given), SCHEMATHESIS_HOOKS=str(HOOKS),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    streams = sum("x-stream" in json.dumps(found) for _, found in operations(document))
    expected = sum(1 for _ in operations(document)) - streams
    assert f"Tested: {expected}" in done.stdout, done.stdout
