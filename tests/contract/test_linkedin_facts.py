"""Each fact about LinkedIn that we rely on names the test that shows it, and that test is there.

Facts stand in `linkedin_facts/`, one module per topic: `(id, what holds, test)`.
"""

from importlib import import_module
from pathlib import Path

import pytest

from tests.support.proofs import check_test

TOPICS = sorted(path.stem for path in (Path(__file__).parent / "linkedin_facts").glob("[!_]*.py"))
FACTS: list[tuple[str, str, str]] = [
    fact
    for topic in TOPICS
    for fact in import_module(f"tests.contract.linkedin_facts.{topic}").FACTS
]


def test_the_topics_are_found() -> None:
    assert {"connection", "transport"} <= set(TOPICS)


def test_no_two_facts_share_an_id() -> None:
    ids = [fact_id for fact_id, _, _ in FACTS]
    assert len(ids) == len(set(ids)), sorted({each for each in ids if ids.count(each) > 1})


@pytest.mark.parametrize(("what", "test"), [pytest.param(*fact[1:], id=fact[0]) for fact in FACTS])
def test_a_fact_is_shown_by_a_test(what: str, test: str) -> None:
    assert what.endswith("."), "a sentence"
    check_test(f"`{test}`")
