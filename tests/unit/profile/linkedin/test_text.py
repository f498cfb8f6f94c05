"""Little text: what is written is read back, by an independent reader, as it was meant."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.profile.linkedin.text import (
    RESERVED_CHARACTERS,
    Mention,
    TextPart,
    escape,
    join_little_text,
    shown_text,
    split_mentions,
    to_little_text,
)
from stack.sandbox.linkedin import littletext

# Arbitrary text seldom holds mark-up: half of the letters come from what is special.
MARKED_UP = st.text(alphabet=st.sampled_from("\\|{}@[]()<>#*_~ \nab1é√ाक👩‍💻")) | st.text()
MENTIONS = st.builds(
    Mention,
    name=st.text(min_size=1),
    urn=st.from_regex(r"urn:li:(person|organization):[A-Za-z0-9_-]+", fullmatch=True),
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain text, 100 %", "plain text, 100 %"),
        ("#growth and #Größe2026!", "#growth and #Größe2026!"),
        ("#हिन्दी #สวัสดี", "#हिन्दी #สวัสดี"),
        ("#2026goals", "#2026goals"),
        ("we are #1", "we are \\#1"),
        ("C# and a#b", "C\\# and a\\#b"),
        ("# heading", "\\# heading"),
        ("##tag", "\\##tag"),
        ("#snake_case", "#snake\\_case"),
        ("*bold* _it_ ~no~", "\\*bold\\* \\_it\\_ \\~no\\~"),
        ("f(x) = [1] {2} <3> | \\n", "f\\(x\\) = \\[1\\] \\{2\\} \\<3\\> \\| \\\\n"),
        ("me@example.com", "me\\@example.com"),
        ("{hashtag|\\#|spoof}", "\\{hashtag\\|\\\\\\#\\|spoof\\}"),
        ("Hi @[Ada B](urn:li:person:-f_U4)!", "Hi @[Ada B](urn:li:person:-f_U4)!"),
        ("@[A (B)](urn:li:organization:5)", "@[A \\(B\\)](urn:li:organization:5)"),
        ("@[A](urn:li:share:5)", "\\@\\[A\\]\\(urn:li:share:5\\)"),
    ],
)
def test_to_little_text_escapes_all_but_hashtags_and_mentions(text: str, written: str) -> None:
    assert to_little_text(text) == written


@settings(max_examples=1_000)
@given(MARKED_UP)
@example("".join(sorted(RESERVED_CHARACTERS)))
@example("#a#b##c #_ \\#x #")
@example("@[[A](urn:li:person:x)](urn:li:person:y)")
def test_any_text_is_shown_whole(text: str) -> None:
    assert littletext.read(to_little_text(text)) == littletext.Reading(
        shown_text(text), is_cut=False
    )


@given(MARKED_UP)
def test_escaped_text_is_shown_letter_for_letter(text: str) -> None:
    assert littletext.read(escape(text)) == littletext.Reading(text, is_cut=False)


@given(st.lists(MARKED_UP | MENTIONS))
def test_parts_are_shown_in_order_with_mentions_by_name(parts: list[TextPart]) -> None:
    meant = "".join(p.name if isinstance(p, Mention) else p for p in parts)
    assert littletext.read(join_little_text(parts)) == littletext.Reading(meant, is_cut=False)


@given(MARKED_UP)
def test_split_mentions_loses_nothing(text: str) -> None:
    joined = "".join(
        f"@[{p.name}]({p.urn})" if isinstance(p, Mention) else p for p in split_mentions(text)
    )
    assert joined == text


def test_split_mentions_finds_people_and_pages() -> None:
    parts = list(split_mentions("a @[Ada](urn:li:person:x)@[Acme](urn:li:organization:7)"))
    assert parts == [
        "a ",
        Mention("Ada", "urn:li:person:x"),
        Mention("Acme", "urn:li:organization:7"),
    ]


@pytest.mark.parametrize("character", sorted(RESERVED_CHARACTERS))
def test_an_unescaped_reserved_character_cuts_the_rest(character: str) -> None:
    assert littletext.read(f"kept{character} lost") == littletext.Reading("kept", is_cut=True)


def test_the_hashtag_template_and_escapes_inside_elements_are_read() -> None:
    text = "{hashtag|\\#|c\\_d} @[A \\(B\\)](urn:li:person:x) \\#no"
    assert littletext.read(text) == littletext.Reading("#c_d A (B) #no", is_cut=False)
