"""What is kept of bodies and explanations holds no token, no words and nobody's name."""

import json

from hypothesis import given
from hypothesis import strategies as st

from services.profile.linkedin.redaction import SAMPLE_LIMIT_BYTES, impersonal, redacted

SECRET = "Zx" * 175


def test_a_post_keeps_its_shape_and_loses_its_words() -> None:
    post = {
        "author": "urn:li:person:ada",
        "commentary": "Hello Bob",
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": []},
        "isReshareDisabledByAuthor": False,
    }
    assert redacted(json.dumps(post).encode()) == {
        "author": "<17 characters>",
        "commentary": "<9 characters>",
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": []},
        "isReshareDisabledByAuthor": False,
    }


def test_keys_that_are_urns_are_not_kept() -> None:
    body = {"results": {"urn%3Ali%3Aperson%3Aada": {}}, "statuses": {"urn:li:person:ada": 200}}
    assert redacted(json.dumps(body).encode()) == {
        "results": {"<key>": {}},
        "statuses": {"<key>": "<number>"},
    }


def test_a_form_and_a_very_long_body_are_told_by_their_length() -> None:
    assert redacted(b"client_secret=s3cret&code=abc") == {"body": "<29 bytes>"}
    assert redacted(b"[" + b" " * SAMPLE_LIMIT_BYTES + b"]") == {
        "body": f"<{SAMPLE_LIMIT_BYTES + 2} bytes>"
    }


def test_an_explanation_names_nobody_and_holds_no_token() -> None:
    told = f"urn:li:person:ada and urn%3Ali%3Aperson%3Abob bob@example.com sent {SECRET}"
    assert impersonal(told) == ("urn:li:person:... and urn:li:person:... ... sent ...")


@given(st.dictionaries(st.from_regex("x[a-z]{0,9}", fullmatch=True), st.text(), min_size=1))
def test_no_value_under_an_unknown_key_is_kept(body: dict[str, str]) -> None:
    kept = redacted(json.dumps(body).encode())
    assert kept == {key: f"<{len(text)} characters>" for key, text in body.items()}
