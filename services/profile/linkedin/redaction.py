"""What may be kept of what LinkedIn was told and said: the one place that decides it.

Never kept: tokens, message text, names, people's URNs. A body keeps its shape, and its values only
under keys that are known to hold LinkedIn's own words.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

MESSAGE_LIMIT = 500
"""Longest explanation kept, in characters: LinkedIn sometimes sends whole stack traces."""
SAMPLE_LIMIT_BYTES = 16_384
"""Longer bodies are told by their length alone."""

_PERSON = re.compile(
    r"urn(?::|%3A)li(?::|%3A)(?:person|member)(?::|%3A)[A-Za-z0-9_-]+", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+\.[^\s@\"'<>]+")
# LinkedIn's tokens are some 350 characters of base64url; nothing else of that length is a word.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{60,}")

_KEPT_KEYS = frozenset(
    {
        "status",
        "serviceErrorCode",
        "code",
        "errorDetailType",
        "fieldPath",
        "lifecycleState",
        "visibility",
        "feedDistribution",
        "isReshareDisabledByAuthor",
        "reactionType",
        "start",
        "count",
        "total",
        "duration",
        "createdAt",
        "lastModifiedAt",
        "expires_in",
        "refresh_token_expires_in",
        "error",
    }
)


def impersonal(message: str) -> str:
    """An explanation without the people it names, without tokens, at most 500 characters."""
    without_people = _ADDRESS.sub("...", _PERSON.sub("urn:li:person:...", message))
    return _TOKEN.sub("...", without_people)[:MESSAGE_LIMIT]


def redacted(body: bytes) -> dict[str, Any]:
    """The shape of a JSON body: what is not known to be harmless is told by kind and length.

    What is no JSON object stands under `body`.
    """
    if len(body) > SAMPLE_LIMIT_BYTES:
        return {"body": f"<{len(body)} bytes>"}
    try:
        shape = _shape(json.loads(body), key="")
    except (ValueError, RecursionError):
        return {"body": f"<{len(body)} bytes>"}
    return shape if isinstance(shape, dict) else {"body": shape}


def _shape(value: object, *, key: str) -> Any:
    if isinstance(value, Mapping):
        return {_name(name): _shape(each, key=name) for name, each in value.items()}
    if isinstance(value, list):
        return [_shape(each, key=key) for each in value]
    if value is None or isinstance(value, bool) or key in _KEPT_KEYS:
        return impersonal(value) if isinstance(value, str) else value
    return f"<{len(value)} characters>" if isinstance(value, str) else "<number>"


def _name(name: str) -> str:
    # Keys of a batch are URNs, some of them of people.
    return "<key>" if ":" in name or "%" in name else impersonal(name)
