"""The error bodies in which LinkedIn explains a refusal: gateway, validation, OAuth.

Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling
"""

from typing import Any

from starlette.responses import JSONResponse


class Refusal(Exception):
    """An answer other than success: its HTTP status and JSON body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def respond(refusal: Refusal) -> JSONResponse:
    """The refusal as an answer."""
    return JSONResponse(refusal.body, refusal.status)


def gateway(
    status: int, message: str, *, code: str | None = None, service_code: int | None = None
) -> Refusal:
    """The common shape; parts that LinkedIn leaves out for a given error are left out."""
    body: dict[str, Any] = {"status": status, "message": message}
    if service_code is not None:
        body["serviceErrorCode"] = service_code
    if code is not None:
        body["code"] = code
    return Refusal(status, body)


def invalid_input(
    status: int, code: str, message: str, *, path: str | None = None, **details: object
) -> Refusal:
    """The validation shape: one input error, at `path` when it concerns one field."""
    error: dict[str, Any] = {"description": message, "code": code, **details}
    if path is not None:
        error["input"] = {"inputPath": {"fieldPath": path}}
    return Refusal(
        status,
        {
            "errorDetailType": "com.linkedin.common.error.BadRequest",
            "message": message,
            "errorDetails": {"inputErrors": [error]},
            "status": status,
        },
    )


def bad_schema(path: str, trouble: str) -> Refusal:
    """A body that does not fit the resource's schema (422)."""
    return gateway(422, f"ERROR :: {path} :: {trouble}\n")


def oauth(status: int, error: str, description: str) -> Refusal:
    """The shape of the OAuth endpoints."""
    return Refusal(status, {"error": error, "error_description": description})
