"""A query too long for an address travels in a body, and only then."""

from email.parser import BytesParser
from email.policy import HTTP

from services.profile.linkedin.tunnelling import LONGEST_QUERY, Outgoing, tunnelled

URL = "https://api.linkedin.com/rest/posts"
LONG = "ids=List(" + ",".join(["urn%3Ali%3Ashare%3A7123456789"] * 200) + ")"


def test_a_query_of_the_longest_length_stays_in_the_address() -> None:
    request = Outgoing("GET", f"{URL}?{'q' * LONGEST_QUERY}", {"X-RestLi-Method": "FINDER"}, None)
    assert tunnelled(request) is request


def test_a_longer_query_becomes_the_body_of_a_post() -> None:
    sent = tunnelled(Outgoing("GET", f"{URL}?{LONG}", {"X-RestLi-Method": "BATCH_GET"}, None))

    assert (sent.method, sent.url, sent.content) == ("POST", URL, LONG.encode())
    assert sent.headers == {
        "X-RestLi-Method": "BATCH_GET",
        "X-HTTP-Method-Override": "GET",
        "Content-Type": "application/x-www-form-urlencoded",
    }


def test_a_request_with_a_body_is_sent_as_two_parts() -> None:
    body = b'{"patch": {"$set": {}}}'
    headers = {"Content-Type": "application/json"}

    sent = tunnelled(Outgoing("PUT", f"{URL}?{LONG}", headers, body))

    whole = f"Content-Type: {sent.headers['Content-Type']}\r\n\r\n".encode() + (sent.content or b"")
    parts = [
        (part.get_content_type(), part.get_payload(decode=True))
        for part in BytesParser(policy=HTTP).parsebytes(whole).iter_parts()
    ]
    assert sent.headers["X-HTTP-Method-Override"] == "PUT"
    assert parts == [
        ("application/x-www-form-urlencoded", LONG.encode()),
        ("application/json", body),
    ]
