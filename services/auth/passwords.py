"""Passwords: which are acceptable, and hashing them beside the event loop.

Argon2id with OWASP's least parameters for one lane; at most so many at once, a bounded queue behind
them, and a refusal beyond it: a flood of sign-ins must not take the other calls' time.
Source: OWASP ASVS 5.0, 6.2 and appendix C; docs/decisions/0052-passwords.md
"""

import asyncio
import os
import string
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

from services.auth.errors import LoginBusy, PasswordUnacceptable
from services.kernel.config import AuthSettings

SHORTEST = 8
QUEUE_FACTOR = 4
"""Checks waiting or running, in multiples of those that run at once."""
RETRY_AFTER = timedelta(seconds=1)
NICENESS = 5
OWN_NAMES = frozenset({"inergize", "linkedin"})
T = TypeVar("T")


def normalised(password: str) -> str:
    """The password as it is hashed: the same however a keyboard composes its characters."""
    return unicodedata.normalize("NFKC", password)


def check_acceptable(password: str, email: str) -> None:
    """Raises PasswordUnacceptable: rule `length`, `common` or `personal`."""
    word = normalised(password)
    if len(word) < SHORTEST:
        raise PasswordUnacceptable(rule="length")
    if word.casefold() in common_passwords():
        raise PasswordUnacceptable(rule="common")
    if _is_personal(word.casefold(), email.casefold()):
        raise PasswordUnacceptable(rule="personal")


def _is_personal(word: str, email: str) -> bool:
    """Whether it is the address, its first part or our name, with digits and signs around it."""
    trimmed = string.digits + string.punctuation
    known = {email, email.rpartition("@")[0], *OWN_NAMES}
    return word in known or word.strip(trimmed) in {name.strip(trimmed) for name in known}


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The most used passwords, in lower case."""
    lines = Path(__file__).with_name("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line != "#" and not line.startswith("# "))


class Passwords:
    """Hashes and checks passwords in threads of its own."""

    def __init__(self, auth: AuthSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=1,
            memory_cost=auth.argon2_memory_kib,
            parallelism=1,
            hash_len=32,
            salt_len=16,
            type=Type.ID,
        )
        self._capacity = auth.argon2_parallel * QUEUE_FACTOR
        self._threads = ThreadPoolExecutor(
            auth.argon2_parallel, thread_name_prefix="argon2", initializer=_give_way
        )
        self._pending: set[Future[Any]] = set()
        self._dummy = ""

    async def prepare(self) -> None:
        """Make what the first sign-in will need."""
        self._dummy = await self._run(lambda: self._hasher.hash(os.urandom(16).hex()))
        common_passwords()

    async def close(self) -> None:
        """End the threads; what has not begun is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def refuse_when_full(self) -> None:
        """Raises LoginBusy when no more checks are taken: before any other work is done for one."""
        if len(self._pending) >= self._capacity:
            raise LoginBusy(retry_after=RETRY_AFTER)

    async def hash(self, password: str) -> str:
        """The PHC string of a password. Raises LoginBusy."""
        return await self._run(lambda: self._hasher.hash(normalised(password)))

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether the password is right. Raises LoginBusy.

        With nothing stored it is wrong, at the same cost as any other wrong one.
        """
        is_right = await self._run(lambda: self._verify(password, stored or self._dummy))
        return is_right and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, normalised(password))
        except VerifyMismatchError:
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        self.refuse_when_full()
        future = self._threads.submit(work)
        self._pending.add(future)
        # Counted until its thread is done, even when the call has given up.
        future.add_done_callback(self._pending.discard)
        return await asyncio.wrap_future(future)


def _give_way() -> None:
    """Let the event loop's thread go first; Linux alone has a niceness per thread."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
