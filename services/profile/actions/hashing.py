"""One number for what an attempt is to do, the same for as long as attempts are kept."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from hashlib import sha256
from typing import Any

from services.profile.actions.kinds import Action


def request_hash(action: Action) -> bytes:
    """SHA-256 over all that is to be done: another action cannot pass under the same attempt id.

    Where a file is read from is left out: its address is signed anew each time, and its bytes have
    a hash of their own.
    """
    return sha256(json.dumps(_tagged(action), sort_keys=True).encode()).digest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _tagged(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _tagged(value: Any) -> Mapping[str, Any]:
    """The fields under the name of their class, so that two kinds with equal fields differ."""
    told = {
        each.name: _plain(getattr(value, each.name))
        for each in fields(value)
        if _counts(each, getattr(value, each.name))
    }
    return {type(value).__name__: told}


def _counts(each: "Field[Any]", value: object) -> bool:
    """A field at its default is left out: one that is added later changes no earlier hash."""
    has_default = each.default is not MISSING and value == each.default
    return each.compare and not has_default
