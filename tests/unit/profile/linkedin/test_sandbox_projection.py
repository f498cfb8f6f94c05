"""Projections: any text is understood or refused, and what is understood picks just that."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.sandbox.linkedin.projection import Tree, project, read
from stack.sandbox.linkedin.refusals import Refusal

NAMES = st.sampled_from(["id", "firstName", "handle~", "elements"])
TREES = st.recursive(
    st.none(), lambda below: st.dictionaries(NAMES, below, min_size=1, max_size=3), max_leaves=8
).filter(lambda tree: tree is not None)


def written(tree: Tree) -> str:
    fields = (f"{name}{written(below) if below else ''}" for name, below in tree.items())
    return f"({','.join(fields)})"


@given(TREES)
def test_what_is_written_is_read_back(tree: Any) -> None:
    assert read(written(tree)) == tree


@given(st.text(alphabet="(),~:*ab", max_size=24))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        tree = read(text)
    except Refusal:
        return
    assert read(written(tree)) == tree


@pytest.mark.parametrize(
    ("projection", "left"),
    [
        ("(id)", {"id": 1}),
        ("(none)", {}),
        ("(picture(image~:view))", {"picture": {"image~": {"url": "u"}}}),
        ("(items*(name))", {"items": [{"name": "a"}, {"name": "b"}]}),
    ],
)
def test_a_projection_picks(projection: str, left: dict[str, Any]) -> None:
    document = {
        "id": 1,
        "picture": {"image": "urn", "image~": {"url": "u"}},
        "items": [{"name": "a", "size": 1}, {"name": "b", "size": 2}],
    }
    assert project(document, read(projection)) == left
    assert project(document, None)["picture"] == {"image": "urn"}
