"""Keys that make no sense are refused by name."""

import base64

import pytest
from pydantic import SecretStr

from services.auth.audit.signing import SealKeys
from services.kernel.config import CryptoSettings, Key


@pytest.mark.parametrize("key", ["not base64!", base64.b64encode(b"short").decode()])
def test_bad_key_is_refused_by_its_id(key: str) -> None:
    with pytest.raises(ValueError, match="key 'a1'"):
        SealKeys(CryptoSettings(audit_keys=(Key(id="a1", key=SecretStr(key)),)))
