"""Messages as JSON Schemas, where the contract has an example of each kind."""

from typing import Any

import pytest
from google.protobuf import descriptor_pb2, struct_pb2, wrappers_pb2
from google.protobuf.descriptor import Descriptor
from inergize.auth.v1 import auth_admin_service_pb2, auth_pb2, auth_service_pb2
from inergize.content.v1 import content_pb2, content_service_pb2

from stack.openapi.comments import Comments
from stack.openapi.kinds import well_known
from stack.openapi.schemas import Schemas, needed, printed

Json = dict[str, Any]


def of(message: Any) -> Descriptor:
    descriptor: Descriptor = message.DESCRIPTOR
    return descriptor


def schemas(*, sent: tuple[Any, ...] = (), received: tuple[Any, ...] = ()) -> Schemas:
    return Schemas(Comments({}), [of(kind) for kind in sent], [of(kind) for kind in received])


def test_a_secret_is_only_written_where_it_is_only_sent() -> None:
    register = auth_service_pb2.RegisterRequest
    found = schemas(sent=(register,)).message(of(register))["properties"]["password"]
    assert (found["writeOnly"], found["format"], found["x-secret"]) == (True, "password", True)
    tokens = auth_pb2.SessionTokens
    found = schemas(received=(tokens,)).message(of(tokens))["properties"]["accessToken"]
    assert "writeOnly" not in found
    assert (found["format"], found["x-secret"]) == ("password", True)


def test_names_are_checked_only_in_what_is_never_answered() -> None:
    content, create = content_pb2.Content, content_service_pb2.CreateContentRequest
    both = schemas(sent=(create,), received=(content,))
    assert both.message(of(create))["additionalProperties"] is False
    assert "additionalProperties" not in both.message(of(content))


def test_a_request_needs_what_its_rules_refuse_to_miss() -> None:
    assert needed(of(content_pb2.Content)) == {"type"}
    assert needed(of(content_service_pb2.CreateContentRequest)) == {"content"}
    assert needed(of(content_service_pb2.ListContentRequest)) == set()
    assert needed(of(content_service_pb2.ScheduleContentRequest)) == {"content_id"}


def test_an_answer_has_all_but_absent_messages() -> None:
    has = printed(of(content_service_pb2.ListContentResponse))
    assert has == {"contents", "next_page_token"}
    assert printed(of(content_service_pb2.WatchContentResponse)) == {"is_last"}


def test_a_oneof_is_exactly_one_where_it_must_be() -> None:
    request = content_service_pb2.ScheduleContentRequest
    found = schemas(sent=(request,)).message(of(request))
    assert found["oneOf"] == [{"required": ["scheduledTime"]}, {"required": ["localTime"]}]


def test_a_oneof_is_at_most_one_otherwise() -> None:
    login = auth_service_pb2.LoginResponse
    *choices, nothing = schemas(received=(login,)).message(of(login))["oneOf"]
    assert {"required": ["tokens"]} in choices
    assert nothing == {"not": {"anyOf": choices}}


def test_fields_that_the_path_gives_are_left_out_of_a_body() -> None:
    request = content_service_pb2.ScheduleContentRequest
    found = schemas(sent=(request,)).message(of(request), without={"content_id"})
    assert "contentId" not in found["properties"]
    assert "required" not in found


def test_a_map_is_an_object_of_its_values() -> None:
    kind = auth_pb2.Entitlements
    found = schemas(received=(kind,)).message(of(kind))["properties"]["limits"]
    assert found["type"] == "object"
    assert found["additionalProperties"]["format"] == "int64"
    assert found["additionalProperties"]["type"] == "string"


def test_rules_of_a_list_are_split_between_it_and_its_items() -> None:
    kind = content_service_pb2.ListContentRequest
    found = schemas(sent=(kind,)).message(of(kind))["properties"]["statuses"]
    assert found["maxItems"] == 5
    assert found["items"]["not"] == {"enum": ["CONTENT_STATUS_UNSPECIFIED"]}
    assert found["items"]["$ref"].endswith("/inergize.content.v1.ContentStatus")


def test_rules_that_spare_the_empty_value_allow_it() -> None:
    kind = auth_admin_service_pb2.AuthAdminServiceListAuditEventsRequest
    found = schemas(sent=(kind,)).message(of(kind))["properties"]["userId"]
    assert found["anyOf"] == [{"type": "string", "format": "uuid"}, {"const": ""}]


def test_what_is_output_only_is_only_read() -> None:
    kind = content_pb2.Content
    comments = Comments({"inergize.content.v1.Content.content_id": " Output only. Its id."})
    found = Schemas(comments, [of(kind)], [of(kind)]).message(of(kind))["properties"]
    assert found["contentId"]["readOnly"] is True
    assert "readOnly" not in found["title"]


@pytest.mark.parametrize("kind", [content_service_pb2.WatchContentResponse, auth_pb2.MfaChallenge])
def test_references_lead_to_what_was_collected(kind: Any) -> None:
    collected = schemas(received=(kind,))
    collected.reference(of(kind))
    assert kind.DESCRIPTOR.full_name in collected.components
    assert all(collected.components.values())


def test_a_message_may_hold_itself() -> None:
    kind = descriptor_pb2.DescriptorProto
    collected = schemas(received=(kind,))
    reference = collected.reference(of(kind))
    nested = collected.components[of(kind).full_name]["properties"]["nestedType"]
    assert nested["items"] == reference


@pytest.mark.parametrize(
    ("kind", "schema_type"),
    [
        (wrappers_pb2.Int64Value, ["string", "null"]),
        (wrappers_pb2.BoolValue, ["boolean", "null"]),
        (wrappers_pb2.UInt32Value, ["integer", "null"]),
        (struct_pb2.Struct, "object"),
        (struct_pb2.ListValue, "array"),
    ],
)
def test_well_known_messages_have_their_own_form(kind: Any, schema_type: Any) -> None:
    found = well_known(of(kind))
    assert found is not None
    assert found["type"] == schema_type
