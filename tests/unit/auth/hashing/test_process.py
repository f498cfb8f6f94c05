"""The process that hashes: our parameters, no secret in sight, back after any death."""

import os
import signal
from collections.abc import Iterator

import psutil
import pytest

from services.auth.hashing.process import HashProcess
from services.kernel.errors import Unavailable

MEMORY_KIB = 47_104
WORD = "correct horse battery staple"


@pytest.fixture
def process() -> Iterator[HashProcess]:
    opened = HashProcess(MEMORY_KIB)
    yield opened
    opened.close()


def running(process: HashProcess) -> psutil.Process:
    assert process.process_id is not None
    return psutil.Process(process.process_id)


def test_it_hashes_and_verifies(process: HashProcess) -> None:
    hashed, other = process.ask("hash", [WORD, "ünïcode 🐎\n"])
    assert hashed.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert process.ask("verify", hashed, WORD) is True
    assert process.ask("verify", other, "ünïcode 🐎\n") is True
    assert process.ask("verify", hashed, WORD + " ") is False


@pytest.mark.parametrize("stored", ["", "not a hash", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"])
def test_nobody_fits_a_hash_that_cannot_be_read(process: HashProcess, stored: str) -> None:
    assert process.ask("verify", stored, WORD) is False
    first = process.process_id
    process.ask("verify", stored, WORD)
    assert process.process_id == first


def test_it_is_started_when_it_is_needed_and_kept(process: HashProcess) -> None:
    assert process.process_id is None
    process.ask("hash", [WORD])
    first = process.process_id
    process.ask("hash", [WORD])
    assert process.process_id == first


def test_a_process_that_was_killed_is_replaced(process: HashProcess) -> None:
    (hashed,) = process.ask("hash", [WORD])
    first = running(process)
    os.kill(first.pid, signal.SIGKILL)
    assert process.ask("verify", hashed, WORD) is True
    assert process.process_id != first.pid


def test_nothing_secret_is_in_its_command_or_environment(process: HashProcess) -> None:
    os.environ["CRYPTO_HASH_KEYS"] = "a-secret-of-the-service"
    try:
        process.ask("hash", [WORD])
    finally:
        del os.environ["CRYPTO_HASH_KEYS"]
    found = running(process)
    assert WORD not in " ".join(found.cmdline())
    assert "a-secret-of-the-service" not in found.environ().values()


def test_it_gives_way_in_a_session_of_its_own(process: HashProcess) -> None:
    process.ask("hash", [WORD])
    found = running(process)
    assert found.nice() > psutil.Process().nice()
    assert os.getsid(found.pid) == found.pid


def test_closing_ends_it_for_good(process: HashProcess) -> None:
    process.ask("hash", [WORD])
    found = running(process)
    process.close()
    assert not found.is_running()
    with pytest.raises(Unavailable):
        process.ask("hash", [WORD])


def test_it_ends_with_whoever_started_it(process: HashProcess) -> None:
    process.ask("hash", [WORD])
    found = running(process)
    assert process._process is not None
    assert process._process.stdin is not None
    process._process.stdin.close()  # as when the service dies
    assert process._process.wait(5) == 0
    assert not found.is_running()
