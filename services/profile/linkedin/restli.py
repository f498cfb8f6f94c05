"""Rest.li 2.0: how values, keys and query strings are written for LinkedIn.

Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/protocol-version
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote

RestliValue: TypeAlias = (
    "str | int | float | bool | Sequence[RestliValue] | Mapping[str, RestliValue] | None"
)
"""What a Rest.li parameter can hold; lists and records nest freely."""


def encode(value: RestliValue) -> str:
    """Write one value for a query string or a complex key.

    Text is percent-encoded down to the unreserved characters; the signs that carry structure
    (`List(a,b)`, `(k:v)`) stay raw, because LinkedIn refuses them encoded.
    """
    if isinstance(value, Mapping):
        return "(" + ",".join(f"{encode(k)}:{encode(v)}" for k, v in value.items()) + ")"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "List(" + ",".join(encode(item) for item in value) + ")"
    return encode_scalar(value)


def encode_scalar(value: bool | float | str | None) -> str:  # noqa: FBT001  any plain value
    """Write a plain value: null is empty, booleans are lower case, text is percent-encoded."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # `safe=""` leaves letters, digits and `-._~`, so that `,:()'` in a value carry no structure.
    return quote(str(value), safe="")


def query(parameters: Mapping[str, RestliValue]) -> str:
    """Write a query string without its `?`; pass it on as it is, never encode it again."""
    return "&".join(f"{encode_scalar(name)}={encode(value)}" for name, value in parameters.items())


def path_key(key: str) -> str:
    """Write a key, usually a URN, as one segment of a path."""
    return encode_scalar(key)
