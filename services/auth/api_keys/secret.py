"""Makes API keys, and tells those that were made here from all others.

Random, then a MAC over it: whoever makes up keys, however well formed, costs no look into the
database, and a list of the refused, which could grow without end, is not needed.
"""

import hmac
import secrets

from services.kernel.api_keys import ALPHABET, BODY_CHARS, PREFIX, complete, in_base62
from services.kernel.crypto import Keys

TAG_CHARS = 8
RANDOM_CHARS = BODY_CHARS - TAG_CHARS
"""Of them 32 are not shown anywhere: 190 bits."""
VISIBLE_CHARS = 12
PURPOSE = "api_key"


def new_api_key(keys: Keys) -> str:
    """A key that nobody could guess."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARS))
    return complete(drawn + _tag(keys.mac(PURPOSE, drawn.encode())))


def visible_part(key: str) -> str:
    """How the key begins, to recognise it by."""
    return key[:VISIBLE_CHARS]


def is_ours(keys: Keys, key: str) -> bool:
    """Whether a well-formed key was made here, under any hash key still in use."""
    start = len(PREFIX)
    drawn = key[start : start + RANDOM_CHARS]
    tag = key[start + RANDOM_CHARS : start + BODY_CHARS].encode()
    expected = (_tag(mac) for mac in keys.macs(PURPOSE, drawn.encode()))
    return any(hmac.compare_digest(tag, one.encode()) for one in expected)


def _tag(mac: bytes) -> str:
    return in_base62(int.from_bytes(mac), TAG_CHARS)
