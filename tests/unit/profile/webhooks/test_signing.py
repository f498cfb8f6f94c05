"""Signatures as the specification has them, by the word of an independent library."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from services.profile.webhooks.signing import new_secret, shown, signed_headers

secrets = st.binary(min_size=24, max_size=64)


@given(st.uuids(), secrets, secrets, secrets)
def test_any_of_the_keys_verifies_and_no_other(
    message_id: object, one: bytes, other: bytes, stranger: bytes
) -> None:
    body = b'{"type":"webhook.test"}'
    headers = signed_headers(str(message_id), int(time.time()), body, [one, other])
    for key in (one, other):
        assert Webhook(shown(key)).verify(body, headers) == {"type": "webhook.test"}
    # HMAC fills short keys up with zeros: such are one key.
    if stranger.rstrip(b"\0") not in (one.rstrip(b"\0"), other.rstrip(b"\0")):
        with pytest.raises(WebhookVerificationError):
            Webhook(base64.b64encode(stranger).decode()).verify(body, headers)


@given(secrets, st.integers(301, 10**6))
def test_an_old_message_is_refused(key: bytes, age_seconds: int) -> None:
    headers = signed_headers("1", int(time.time()) - age_seconds, b"{}", [key])
    with pytest.raises(WebhookVerificationError):
        Webhook(shown(key)).verify(b"{}", headers)


def test_the_example_of_the_specification() -> None:
    secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        [base64.b64decode(secret)],
    )
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-signature"] == expected


def test_secrets_are_long_and_new() -> None:
    assert len({new_secret() for _ in range(10)}) == 10
    assert shown(bytes(32)) == "whsec_" + "A" * 43 + "="
