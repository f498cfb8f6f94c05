"""Passwords: which are acceptable, and hashing them beside the event loop.

Argon2id with OWASP's least parameters for one lane; at most so many at once, a bounded queue behind
them, and a refusal beyond it: a flood of sign-ins must not take the other calls' time.
Source: OWASP ASVS 5.0, 6.2 and appendix C; docs/decisions/0052-passwords.md
"""

import asyncio
import os
import string
import sys
import unicodedata
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from services.auth.errors import LoginBusy, PasswordUnacceptable
from services.auth.hashing.process import HashProcess
from services.auth.hashing.worker import hasher
from services.kernel.config import AuthSettings

SHORTEST = 8
QUEUE_FACTOR = 8
"""Checks waiting or running, in multiples of those that run at once: the last waits 0.4 s."""
NETWORK_SHARE = 2
"""One network's checks may take so much of the places: one half of them."""
RETRY_AFTER = timedelta(seconds=1)
OWN_NAMES = frozenset({"inergize", "linkedin"})


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
    """Hashes and checks passwords in processes of its own."""

    def __init__(self, auth: AuthSettings) -> None:
        at_once = checks_at_once(auth)
        self._capacity = at_once * QUEUE_FACTOR
        self._most_of_one = max(self._capacity // NETWORK_SHARE, 1)
        self._parameters = hasher(auth.argon2_memory_kib)
        self._processes = [HashProcess(auth.argon2_memory_kib) for _ in range(at_once)]
        self._free: SimpleQueue[HashProcess] = SimpleQueue()
        for process in self._processes:
            self._free.put(process)
        # Each waits for its process's answer; as many threads as processes, so one is always free.
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2")
        self._pending: dict[Future[Any], str | None] = {}
        self._dummy = ""

    async def prepare(self) -> None:
        """Make what the first sign-in will need."""
        self._dummy = await self.hash(os.urandom(16).hex())
        common_passwords()

    async def close(self) -> None:
        """End the processes; what has not begun is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.close()

    def refuse_when_full(self, network: str | None = None) -> None:
        """Raises LoginBusy when no more checks are taken: before any other work is done for one.

        One network is refused sooner, so that its flood leaves places for the others.
        """
        ours = sum(1 for other in self._pending.values() if network and other == network)
        if len(self._pending) >= self._capacity or ours >= self._most_of_one:
            raise LoginBusy(retry_after=RETRY_AFTER)

    async def hash(self, password: str, network: str | None = None) -> str:
        """The PHC string of a password. Raises LoginBusy."""
        (hashed,) = await self.hash_all([password], network)
        return hashed

    async def hash_all(self, secrets: Sequence[str], network: str | None = None) -> list[str]:
        """The PHC strings of several secrets, one after the other. Raises LoginBusy."""
        words = [normalised(one) for one in secrets]
        hashed: list[str] = await self._run(network, "hash", words)
        return hashed

    async def verify(self, password: str, stored: str | None, network: str | None = None) -> bool:
        """Whether the password is right. Raises LoginBusy.

        With nothing stored it is wrong, at the same cost as any other wrong one.
        """
        checked = stored or self._dummy
        is_right: bool = await self._run(network, "verify", checked, normalised(password))
        return is_right and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._parameters.check_needs_rehash(stored)

    async def _run(self, network: str | None, *request: object) -> Any:
        self.refuse_when_full(network)
        future = self._threads.submit(self._ask, request)
        self._pending[future] = network
        # Counted until it is done, even when the call has given up.
        future.add_done_callback(lambda done: self._pending.pop(done, None))
        return await asyncio.wrap_future(future)

    def _ask(self, request: tuple[object, ...]) -> Any:
        process = self._free.get()
        try:
            return process.ask(*request)
        finally:
            self._free.put(process)


def checks_at_once(auth: AuthSettings) -> int:
    """How many hashes are computed at once: each takes a core for itself, and its memory."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return auth.argon2_parallel or max(cores // 2, 1)
