"""The program of a hashing process: reads requests from its standard input until that ends.

Started by its path, without our packages: it needs Argon2 alone, and knows no secret but those it
is asked about. A request is a line of JSON, `["hash", [word, ...]]` or `["verify", stored, word]`;
the answer is one, too.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

NICENESS = 5
AUTOGROUP = Path("/proc/self/autogroup")


def hasher(memory_kib: int) -> PasswordHasher:
    """Argon2id with OWASP's least parameters for one lane."""
    return PasswordHasher(
        time_cost=1, memory_cost=memory_kib, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
    )


def answer(argon2: PasswordHasher, request: list[Any]) -> list[str] | bool:
    """What a request asks for."""
    if request[0] == "hash":
        return [argon2.hash(word) for word in request[1]]
    try:
        return argon2.verify(request[1], request[2])
    except (VerificationError, InvalidHashError):
        return False  # nobody signs in with a hash that cannot be read, either


def give_way() -> None:
    """Let every other process go first; Linux may also weigh whole sessions."""
    os.nice(NICENESS)
    with suppress(OSError):
        AUTOGROUP.write_text(str(NICENESS))


def main() -> None:
    """Answer until nobody asks any more."""
    give_way()
    argon2 = hasher(int(sys.argv[1]))
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(json.dumps(answer(argon2, json.loads(line))).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
