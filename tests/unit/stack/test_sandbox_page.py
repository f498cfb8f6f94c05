"""`docs/sandbox.md`: its commands are commands, and no failure is missing."""

import re
import shlex
from pathlib import Path

import pytest

from stack.cli_sandbox import linkedin
from stack.sandbox.linkedin.fault_kinds import KINDS, find_kind
from stack.sandbox.linkedin.products import KNOWN_SCOPES
from stack.sandbox.linkedin.scope_words import SCOPE_WORDS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "sandbox.md").read_text()
COMMANDS = re.findall(r"`inergize sandbox linkedin ([^`]+)`", PAGE)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_on_the_page_is_understood(line: str) -> None:
    name, *words = shlex.split(line)
    linkedin.commands[name].make_context(name, list(words))
    if name == "fault":
        kind = find_kind(words[0])
        kind.read_detail(words[words.index("--detail") + 1] if "--detail" in words else "")


def test_every_command_and_every_failure_is_on_the_page() -> None:
    lines = [shlex.split(line) for line in COMMANDS]
    assert {words[0] for words in lines} == set(linkedin.commands)
    shown = {find_kind(words[1]).name for words in lines if words[0] == "fault"}
    assert shown == set(KINDS)


def test_every_scope_has_words_for_the_consent_page() -> None:
    assert set(SCOPE_WORDS) == KNOWN_SCOPES
