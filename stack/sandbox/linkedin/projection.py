"""Rest.li projections: `projection=(id,firstName,profilePicture(displayImage~(elements*)))`.

Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/projections
"""

from typing import Any

from stack.sandbox.linkedin.refusals import invalid_input

Tree = dict[str, "Tree | None"]
"""A field's name to what is wanted of it; None for all."""


def read(text: str) -> Tree:
    """Take a projection apart; `~:view` and `*` after a name only decorate it."""
    tree, end = _record(text, 0)
    if end != len(text):
        raise _malformed(text)
    return tree


def project(document: dict[str, Any], tree: Tree | None) -> dict[str, Any]:
    """What is left of a document. Decorated fields (`name~`) show only where they are named."""
    if tree is None:
        return {name: _pruned(value) for name, value in document.items() if name[-1] != "~"}
    return {
        name: _projected(document[name], wanted)
        for name, wanted in tree.items()
        if name in document
    }


def _projected(value: Any, tree: Tree | None) -> Any:
    if isinstance(value, dict):
        return project(value, tree)
    if isinstance(value, list):
        return [_projected(item, tree) for item in value]
    return value


def _pruned(value: Any) -> Any:
    return _projected(value, None)


def _record(text: str, at: int) -> tuple[Tree, int]:
    """The record that begins with the bracket at `at`, and where it ends."""
    if text[at : at + 1] != "(":
        raise _malformed(text)
    tree: Tree = {}
    while text[at : at + 1] in {"(", ","}:
        end = at + 1
        while text[end : end + 1] not in {"", "(", ")", ","}:
            end += 1
        name = text[at + 1 : end].partition(":")[0].rstrip("*")
        if not name:
            raise _malformed(text)
        tree[name] = None
        at = end
        if text[at : at + 1] == "(":
            tree[name], at = _record(text, at)
    if text[at : at + 1] != ")":
        raise _malformed(text)
    return tree, at + 1


def _malformed(text: str) -> Exception:
    return invalid_input(400, "PARAM_INVALID", f"Invalid projection: {text}", path="projection")
