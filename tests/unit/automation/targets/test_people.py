"""One person has one name, however their address is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.automation.targets.people import LONGEST, NotAPerson, linkedin_id


@pytest.mark.parametrize(
    "text",
    [
        "https://www.linkedin.com/in/ada-lovelace",
        "https://www.linkedin.com/in/Ada-Lovelace/",
        "http://uk.linkedin.com/in/ada-lovelace?trk=people#top",
        "linkedin.com/in/ada-lovelace/details/skills",
        " in/ada-lovelace ",
    ],
)
def test_ways_to_write_it(text: str) -> None:
    assert linkedin_id(text) == "in/ada-lovelace"


def test_other_alphabets_are_read() -> None:
    written = "https://www.linkedin.com/in/%D0%B0%D0%B4%D0%B0-1"
    assert linkedin_id(written) == linkedin_id("linkedin.com/in/ада-1") == "in/ада-1"


def test_a_members_own_id_keeps_its_case() -> None:
    assert linkedin_id("urn:li:person:aB3_-x") == "urn:li:person:aB3_-x"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("https://linkedin.com.example.org/in/ada", "linkedin.com"),
        ("https://notlinkedin.com/in/ada", "linkedin.com"),
        ("https://www.linkedin.com/company/acme", "/in/"),
        ("https://www.linkedin.com/in/", "3 to 97"),
        ("https://www.linkedin.com/in/" + "a" * 98, "3 to 97"),
        ("https://[half/in/ada", "address"),
        ("urn:li:organization:5", "urn:li:person"),
        ("", "linkedin.com"),
    ],
)
def test_what_names_nobody_says_why(text: str, rule: str) -> None:
    with pytest.raises(NotAPerson, match=rule):
        linkedin_id(text)


@given(st.one_of(st.text(), st.text().map("https://www.linkedin.com/in/{}".format)))
def test_whatever_is_written_it_is_a_name_or_not_a_person(text: str) -> None:
    try:
        name = linkedin_id(text)
    except NotAPerson:
        return
    assert len(name) <= LONGEST
    assert linkedin_id(name) == name
