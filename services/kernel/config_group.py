"""What every group of settings is made of."""

import base64
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr
from pydantic_settings import NoDecode

KEY_BYTES = 32


class Group(BaseModel):
    """A group of settings: read once, at start, and never changed."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, extra="ignore")


class Key(BaseModel):
    """One symmetric key."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Written beside everything the key protects, so that it can be rotated."""
    key: SecretStr
    """32 random bytes, base64."""

    def raw(self) -> bytes:
        """The key itself. Raises ValueError, which quotes nothing of it, unless it is 32 bytes."""
        try:
            raw = base64.b64decode(self.key.get_secret_value(), validate=True)
        except ValueError:
            raw = b""
        if len(raw) != KEY_BYTES:
            raise ValueError(f"key {self.id!r} must be {KEY_BYTES} bytes, base64") from None
        return raw


def _split(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several words in one variable, separated by commas or spaces."""
