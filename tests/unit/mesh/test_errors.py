"""Each refusal of Envoy's is one the contract knows, and says the same to every kind of client."""

import base64
from typing import Any

import pytest
import yaml
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from stack.mesh import FOLDER
from stack.mesh_errors import local_reply_config

ROWS = yaml.safe_load((FOLDER / "errors.yaml").read_text())
ALWAYS = {"header": {"key": "x-content-type-options", "value": "nosniff"}}
MAPPERS = local_reply_config(ROWS, "/v1/auth/login", [ALWAYS])["mappers"]


def json_body(mapper: Any) -> Any:
    return mapper["body_format_override"].get("json_format", {})


def headers(mapper: Any) -> dict[str, str]:
    return {found["header"]["key"]: found["header"]["value"] for found in mapper["headers_to_add"]}


def status_of(mapper: Any) -> Status:
    packed = headers(mapper)["grpc-status-details-bin"]
    return Status.FromString(base64.b64decode(packed + "=" * (-len(packed) % 4)))


REST = [found for found in MAPPERS if "code" in json_body(found)]
GRPC = [found for found in MAPPERS if "grpc-status" in headers(found)]


def test_there_is_an_answer_for_every_status() -> None:
    ends = [(row["from"], row["below"]) for row in ROWS if "from" in row]
    assert sorted(ends) == [(400, 500), (500, 600)]
    assert [row for row in ROWS[-2:] if "from" in row] == ROWS[-2:], "the general rows come last"


def test_rest_refusals_have_the_one_shape() -> None:
    for mapper in REST:
        body = json_body(mapper)
        (detail,) = body["details"]
        assert body.keys() == {"code", "message", "details"}
        assert detail["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"
        assert detail["domain"] == "inergize"
        assert detail["reason"].startswith("ERROR_REASON_")


def test_grpc_refusals_carry_the_same_in_status_message_and_details() -> None:
    assert len(GRPC) == len(ROWS)
    for mapper in GRPC:
        status, info = status_of(mapper), ErrorInfo()
        assert str(status.code) == headers(mapper)["grpc-status"]
        # grpc_status refuses details whose message differs from grpc-message.
        source = mapper["body_format_override"]["text_format_source"]
        assert status.message == source["inline_string"]
        assert status.details[0].Unpack(info)
        assert info.domain == "inergize"


def test_every_refusal_carries_the_headers_of_every_answer() -> None:
    assert [
        found for found in MAPPERS if headers(found)["x-content-type-options"] != "nosniff"
    ] == []


def test_messages_to_grpc_clients_quote_nothing() -> None:
    assert [row["message"] for row in ROWS if "%" in row["message"]] == []


def test_a_row_that_quotes_the_request_is_preceded_by_one_that_does_not() -> None:
    quoting = [i for i, found in enumerate(REST) if "%LOCAL" in json_body(found)["message"]]
    assert quoting
    for index in quoting:
        before = REST[index - 1]
        assert "%" not in json_body(before)["message"]
        assert "/v1/auth/login" in str(before["filter"])


def test_a_reason_that_the_contract_does_not_know_is_refused() -> None:
    row = {"status": 400, "code": 3, "reason": "MADE_UP", "message": "no"}
    with pytest.raises(ValueError, match="ERROR_REASON_MADE_UP"):
        local_reply_config([row], "x", [])
