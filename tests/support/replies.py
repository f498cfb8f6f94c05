"""Reads what a failed call says."""

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status


def error_info(error: grpc.aio.AioRpcError) -> error_details_pb2.ErrorInfo:
    """The ErrorInfo that every failure carries."""
    return _detail(error, error_details_pb2.ErrorInfo())


def bad_request(error: grpc.aio.AioRpcError) -> dict[str, str]:
    """Field to broken rule."""
    found = _detail(error, error_details_pb2.BadRequest())
    return {violation.field: violation.description for violation in found.field_violations}


def retry_seconds(error: grpc.aio.AioRpcError) -> float:
    """How long the refusal asks to wait; 0 when it does not say."""
    delay = _detail(error, error_details_pb2.RetryInfo()).retry_delay
    return float(delay.ToTimedelta().total_seconds())


def _detail(error: grpc.aio.AioRpcError, into):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    status = rpc_status.from_call(error)
    assert status is not None, f"no details in {error!r}"
    for packed in status.details:
        if packed.Unpack(into):
            return into
    raise AssertionError(f"{into.DESCRIPTOR.name} is not among the details of {error!r}")
