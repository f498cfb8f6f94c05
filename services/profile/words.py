"""One number for words as readers see them, so that they are recognised and not kept."""

import unicodedata
from hashlib import sha256


def hash_of_words(shown: str) -> bytes:
    """SHA-256 of words as readers see them; spaces and ways to write one letter do not count."""
    words = " ".join(unicodedata.normalize("NFC", shown).split())
    return sha256(words.encode()).digest()
