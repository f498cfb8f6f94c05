"""Tests that documents name as proofs: whether each is there."""

import re
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WAITS = "waits for: "
CAPABILITIES = {
    "auth",
    "profile",
    "content",
    "media",
    "AI",
    "automation",
    "safety",
    "analytics",
    "exports",
    "retention",
    "search",
    "deployment",
}
"""What a document may say that something waits for."""
NAMED = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<test>test_\w+)(\[(?P<case>[\w-]+)\])?`")


def check_waits(proof: str) -> None:
    """Fails unless `proof` waits for capabilities that we know."""
    assert proof.startswith(WAITS), proof
    assert set(proof.removeprefix(WAITS).split(", ")) <= CAPABILITIES, proof


def check_test(proof: str) -> None:
    """Fails unless `proof` names a test that exists, and its case if it names one."""
    found = NAMED.fullmatch(proof)
    assert found, f"{proof!r} names no test"
    file = ROOT / found["file"]
    assert file.exists(), proof
    assert re.search(rf"^(async )?def {found['test']}\(", _text(file), re.MULTILINE), proof
    if found["case"]:
        cases = "".join(_text(path) for path in file.parent.glob("*.py"))
        assert f'"{found["case"]}"' in cases, proof


@lru_cache
def _text(file: Path) -> str:
    return file.read_text()
