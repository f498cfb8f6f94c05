"""Codes that are sent, and codes that are printed.

A sent code is short: it is bound to its challenge, ends with it, and its tries are counted. A
printed one is good for years, so it is long. Source: OWASP ASVS 5.0, 6.5.1 to 6.5.5.
"""

import hmac
import secrets
from collections.abc import Sequence
from uuid import UUID

from services.kernel.crypto import Keys, TokenHash

SENT_DIGITS = 6
BACKUP_CODES = 10
BACKUP_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: nothing in it is read as something else."""
BACKUP_LENGTH = 14
"""70 bits. A code is `<position>-<seven>-<seven>`; the position says which hash to try."""
_LOOK_ALIKES = str.maketrans({"o": "0", "i": "1", "l": "1"})
_IGNORED = str.maketrans(dict.fromkeys(" -\u00a0\u2010\u2011\u2013"))


def plain(code: str) -> str:
    """A code as it was typed, without what makes it readable."""
    return code.translate(_IGNORED).casefold()


def new_sent_code() -> str:
    """A code for a mail or an SMS."""
    return f"{secrets.randbelow(10**SENT_DIGITS):0{SENT_DIGITS}d}"


def hash_sent_code(keys: Keys, challenge_id: UUID, code: str) -> TokenHash:
    """A sent code's keyed hash: worthless for any other challenge."""
    return keys.hash_token(_bound(challenge_id, code))


def is_sent_code(keys: Keys, challenge_id: UUID, code: str, stored: bytes) -> bool:
    """Whether it is the code that was sent for this challenge."""
    hashes = keys.token_hashes(_bound(challenge_id, code))
    # A list, so that no comparison is spared after a match.
    return any([hmac.compare_digest(stored, digest) for digest in hashes])  # noqa: C419


def new_backup_codes() -> Sequence[str]:
    """Ten codes to print, the first at position 1."""
    return [_printed(position, _random_word()) for position in range(1, BACKUP_CODES + 1)]


def parse_backup_code(code: str) -> tuple[int, str] | None:
    """Position and secret part of a printed code; None for what is none."""
    typed = plain(code).translate(_LOOK_ALIKES)
    head, word = typed[:-BACKUP_LENGTH], typed[-BACKUP_LENGTH:]
    if not (head.isascii() and head.isdecimal() and set(word) <= set(BACKUP_ALPHABET)):
        return None
    position = int(head)
    return (position, word) if 1 <= position <= BACKUP_CODES else None


def _printed(position: int, word: str) -> str:
    half = BACKUP_LENGTH // 2
    return f"{position}-{word[:half]}-{word[half:]}"


def _random_word() -> str:
    return "".join(secrets.choice(BACKUP_ALPHABET) for _ in range(BACKUP_LENGTH))


def _bound(challenge_id: UUID, code: str) -> str:
    return f"mfa_code|{challenge_id}|{code}"
