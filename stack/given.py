"""The settings that the user has given, as environment variables to hand on."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from services.kernel.config import Settings


def given_settings(settings: Settings) -> dict[str, str]:
    """What was set from outside, by environment name; defaults and empty values are left out."""
    found: dict[str, str] = {}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            found |= _group(name, value)
        else:
            found[name.upper()] = _text(value)
    return {name: value for name, value in found.items() if value}


def _group(name: str, group: BaseModel) -> dict[str, str]:
    return {
        f"{name}_{field}".upper(): _text(getattr(group, field)) for field in group.model_fields_set
    }


def _text(value: Any) -> str:
    """The text from which the settings read this value again."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path | str):
        return str(value)
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    return json.dumps(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
