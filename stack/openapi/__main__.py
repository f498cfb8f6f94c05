"""Writes docs/openapi.json and the page made of it; `inergize generate` runs it by itself.

It is a process of its own, so that it reads the stubs that were generated a moment ago.
"""

from stack.openapi.rendering import rendered


def main() -> None:
    """Replace both files."""
    for path, text in rendered().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
