"""Envoy's own refusals in the API's one error shape: JSON for REST, status and details for gRPC."""

import base64
from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf.any_pb2 import Any as Packed
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from inergize.common.v1.error_reason_pb2 import ErrorReason

Json = dict[str, Any]
DOMAIN = "inergize"
_EXTENSIONS = "type.googleapis.com/envoy.extensions"
_QUOTES_REQUEST = "rest_message"
# Only a name for overriding a status at run time, which nobody does; Envoy insists on one.
_RUNTIME_KEY = "not_overridden"
# gRPC-Web has become gRPC when a filter refuses it. So has REST once transcoded, but then the
# transcoder has kept the path the client sent.
_IS_GRPC: list[Json] = [
    {
        "header_filter": {
            "header": {"name": "content-type", "string_match": {"prefix": "application/grpc"}}
        }
    },
    {"header_filter": {"header": {"name": "x-envoy-original-path", "present_match": False}}},
]


def local_reply_config(rows: Sequence[Json], secret_paths: str, always: Sequence[Json]) -> Json:
    """Envoy's `local_reply_config` for the rows of envoy/errors.yaml.

    `secret_paths` is a regular expression for the paths, query included, of methods whose request
    holds a secret: their refusals never quote what was sent. `always` are the headers of every
    other answer: a refusal that comes before any route is known has to carry them too. Raises
    ValueError for a reason that the contract does not know.
    """
    mappers = [
        _healthy(),
        *(_for_grpc(row) for row in rows),
        *(mapper for row in rows for mapper in _for_rest(row, secret_paths)),
    ]
    for mapper in mappers:
        mapper["headers_to_add"] = [*map(_overwriting, always), *mapper["headers_to_add"]]
    return {"mappers": mappers}


def _healthy() -> Json:
    filters = [_status_filter("EQ", 200), _header_filter(":path", {"exact": "/healthz"})]
    return {
        "filter": {"and_filter": {"filters": filters}},
        "body_format_override": {"json_format": {"status": "SERVING"}},
        "headers_to_add": _headers({}),
    }


def _for_grpc(row: Json) -> Json:
    code: int = row["grpc_code"] if "grpc_code" in row else row["code"]
    own = {"grpc-status": str(code), "grpc-status-details-bin": _status(row, code)}
    return {
        "filter": {"and_filter": {"filters": [*_IS_GRPC, *_conditions(row)]}},
        "body_format_override": {"text_format_source": {"inline_string": row["message"]}},
        "headers_to_add": _headers(row.get("headers", {}) | own),
    }


def _for_rest(row: Json, secret_paths: str) -> Iterator[Json]:
    if _QUOTES_REQUEST in row:
        is_secret = _header_filter(":path", {"safe_regex": {"regex": secret_paths}})
        yield _rest_mapper(row, row["message"], is_secret)
        yield _rest_mapper(row, row[_QUOTES_REQUEST])
    else:
        yield _rest_mapper(row, row["message"])


def _rest_mapper(row: Json, message: str, *conditions: Json) -> Json:
    mapper = {
        "filter": _all_of([*_conditions(row), *conditions]),
        "body_format_override": {"json_format": _body(row, message)},
        "headers_to_add": _headers(row.get("headers", {})),
    }
    if "as" in row:
        mapper["status_code"] = row["as"]
    return mapper


def _body(row: Json, message: str) -> Json:
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": _reason(row),
        "domain": DOMAIN,
        "metadata": {"request_id": "%REQ(X-REQUEST-ID)%"} if row["reason"] == "INTERNAL" else {},
    }
    return {"code": row["code"], "message": message, "details": [detail]}


def _status(row: Json, code: int) -> str:
    """The row as `grpc-status-details-bin`: a `google.rpc.Status`, base64 without padding."""
    detail = Packed()
    detail.Pack(ErrorInfo(reason=_reason(row), domain=DOMAIN))
    status = Status(code=code, message=row["message"], details=[detail])
    return base64.b64encode(status.SerializeToString()).decode().rstrip("=")


def _reason(row: Json) -> str:
    name = f"ERROR_REASON_{row['reason']}"
    ErrorReason.Value(name)
    return name


def _conditions(row: Json) -> list[Json]:
    conditions = []
    if "path" in row:
        conditions.append(_header_filter(":path", {"exact": row["path"]}))
    if "bearer" in row:
        begins = {"prefix": f"Bearer {row['bearer']}"}
        conditions.append(_header_filter("authorization", begins))
    if "status" in row:
        conditions.append(_status_filter("EQ", row["status"]))
    else:
        conditions += [_status_filter("GE", row["from"]), _status_filter("LE", row["below"] - 1)]
    if "detail" in row:
        conditions.append(_cel_filter(f"response.code_details.startsWith('{row['detail']}')"))
    if row.get("is_unsent"):
        conditions.append(_cel_filter("!has(upstream.address)"))
    return conditions


def _status_filter(operator: str, status: int) -> Json:
    value = {"default_value": status, "runtime_key": _RUNTIME_KEY}
    return {"status_code_filter": {"comparison": {"op": operator, "value": value}}}


def _header_filter(name: str, match: Json) -> Json:
    return {"header_filter": {"header": {"name": name, "string_match": match}}}


def _cel_filter(expression: str) -> Json:
    config = {
        "@type": f"{_EXTENSIONS}.access_loggers.filters.cel.v3.ExpressionFilter",
        "expression": expression,
    }
    name = "envoy.access_loggers.extension_filters.cel"
    return {"extension_filter": {"name": name, "typed_config": config}}


def _all_of(filters: list[Json]) -> Json:
    return filters[0] if len(filters) == 1 else {"and_filter": {"filters": filters}}


def _headers(own: dict[str, str]) -> list[Json]:
    return [_overwriting({"header": {"key": key, "value": value}}) for key, value in own.items()]


def _overwriting(given: Json) -> Json:
    return {"header": given["header"], "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
