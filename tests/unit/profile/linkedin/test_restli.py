"""Rest.li encoding, by the vendor's rules and the official client's vectors."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.linkedin_restli import RestliValue, encode, path_key, query


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("urn:li:person:abc", "urn%3Ali%3Aperson%3Aabc"),
        ("a b,(c)'*!", "a%20b%2C%28c%29%27%2A%21"),
        ("été", "%C3%A9t%C3%A9"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (12, "12"),
        (-1.5, "-1.5"),
        ([], "List()"),
        (["a,b", "c"], "List(a%2Cb,c)"),
        ([[1, 2], [3]], "List(List(1,2),List(3))"),
        ({"k1": "v1", "k:2": 3}, "(k1:v1,k%3A2:3)"),
        (
            {"start": {"day": 1, "month": 2}, "ids": ["urn:li:share:1"]},
            "(start:(day:1,month:2),ids:List(urn%3Ali%3Ashare%3A1))",
        ),
    ],
)
def test_encode_writes_what_the_protocol_says(value: RestliValue, written: str) -> None:
    assert encode(value) == written


def test_query_keeps_structure_raw_and_encodes_names() -> None:
    written = query({"ids": ["urn:li:share:1", "urn:li:share:2"], "q": "author", "a b": None})
    assert written == "ids=List(urn%3Ali%3Ashare%3A1,urn%3Ali%3Ashare%3A2)&q=author&a%20b="


@given(st.text())
def test_path_key_is_one_segment_that_reads_back_the_same(key: str) -> None:
    written = path_key(key)
    assert unquote(written) == key
    assert not set(written) & set("/?#:(),' ")
