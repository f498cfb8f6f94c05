"""Tables of people as members have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.automation.targets.errors import TableUnreadable
from services.automation.targets.model import Person, Problem
from services.automation.targets.table import LONGEST_FIELD, MOST_ROWS, read

LINKEDINS_OWN = """Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Ada,Lovelace,https://www.linkedin.com/in/ada-lovelace,a@example.com,"Engines, Ltd",Clerk,01 Nov 2025
,,,,,,
Grace,Hopper,https://www.linkedin.com/in/grace-hopper,,,,02 Nov 2025
"""


def test_linkedins_own_file_is_one() -> None:
    """Of whom it tells only what the contract names: no address of theirs is kept."""
    ada = {"first_name": "Ada", "last_name": "Lovelace"}
    ada |= {"company": "Engines, Ltd", "position": "Clerk"}
    assert read(LINKEDINS_OWN).people == [
        Person("in/ada-lovelace", ada),
        Person("in/grace-hopper", {"first_name": "Grace", "last_name": "Hopper"}),
    ]


def test_a_row_that_breaks_a_rule_is_told_with_its_line() -> None:
    found = read(
        "url,company\n"
        "linkedin.com/in/ada-lovelace,\n"
        "https://example.com/in/x,\n"
        f"in/grace-hopper,{'x' * (LONGEST_FIELD + 1)}\n"
        ",Acme\n"
    )
    assert [person.target_linkedin_id for person in found.people] == ["in/ada-lovelace"]
    assert found.problems == [
        Problem(3, "it must be a profile's address at linkedin.com, or urn:li:person:<id>"),
        Problem(4, f"company is longer than {LONGEST_FIELD} characters"),
        Problem(5, "it does not say who is meant"),
    ]


def test_who_stands_there_twice_is_one_person() -> None:
    found = read("url\nin/ada-lovelace\nhttps://www.linkedin.com/in/ADA-lovelace/\n")
    assert (len(found.people), found.repeated_count) == (1, 1)


def test_rows_beyond_the_most_are_told() -> None:
    rows = "".join(f"in/person-{n}\n" for n in range(MOST_ROWS + 3))
    found = read(f"LinkedIn ID\n{rows}")
    assert len(found.people) == MOST_ROWS
    assert found.problems == [Problem(MOST_ROWS + 2, f"only {MOST_ROWS} rows are taken at a time")]


@pytest.mark.parametrize("text", ["", "name,company\nAda,Engines\n", '"never closed'])
def test_without_a_column_that_says_who_nothing_is_taken(text: str) -> None:
    with pytest.raises(TableUnreadable) as refused:
        read(text)
    assert refused.value.metadata == {"column": "URL"}


@given(st.text())
def test_whatever_stands_there_it_is_read_or_refused(text: str) -> None:
    found = read(f"url,first name\n{text}")
    assert all(problem.line >= 2 and problem.rule for problem in found.problems)
