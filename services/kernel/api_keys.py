"""How an API key looks, so that a mistyped or made-up one is refused without asking anybody.

`igz_`, 48 letters and digits, and six more that are their checksum: scanners for leaked secrets can
tell a key from noise. The first 12 characters are shown in lists; 32 more are the secret.
"""

import string
import zlib

PREFIX = "igz_"
BODY_CHARS = 48
CHECKSUM_CHARS = 6
"""Enough for 32 bits in base 62."""
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ALLOWED = frozenset(ALPHABET)


def complete(body: str) -> str:
    """The key whose middle is `body`."""
    return f"{PREFIX}{body}{in_base62(zlib.crc32(body.encode()), CHECKSUM_CHARS)}"


def is_well_formed(key: str) -> bool:
    """Whether the text could be a key: right length, letters and checksum."""
    body = key[len(PREFIX) : len(PREFIX) + BODY_CHARS]
    return len(body) == BODY_CHARS and _ALLOWED.issuperset(body) and key == complete(body)


def in_base62(number: int, length: int) -> str:
    """The last `length` digits of a number in base 62."""
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
