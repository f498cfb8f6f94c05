import base64
import json
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from stack.data_dir import DataDir
from stack.errors import StackError
from stack.names import CALLERS, SERVICES
from stack.secrets import Secrets, load, load_or_create


def test_secrets_are_made_once_and_only_for_their_owner(place: DataDir) -> None:
    made = load_or_create(place)

    assert stat.S_IMODE(place.secrets.stat().st_mode) == 0o600
    assert dict(load_or_create(place).values) == dict(made.values)
    assert dict(load(place).values) == dict(made.values)


def test_secrets_are_all_different(secrets: Secrets) -> None:
    assert len(set(secrets.values.values())) == len(secrets.values)


def test_secrets_have_master_keys_of_32_bytes_for_each_service(secrets: Secrets) -> None:
    for service in SERVICES:
        (key,) = json.loads(secrets.encryption_keys(service))
        assert key["id"] == f"{service}-1"
        assert len(base64.b64decode(key["key"])) == 32


@pytest.mark.parametrize("caller", CALLERS)
def test_secrets_sign_with_keys_that_the_public_ones_verify(secrets: Secrets, caller: str) -> None:
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(secrets.signing_key(caller)))
    public = base64.b64decode(secrets.public_keys()[caller])

    Ed25519PublicKey.from_public_bytes(public).verify(private.sign(b"message"), b"message")


def test_secrets_missing_from_an_older_file_are_added_and_the_others_kept(place: DataDir) -> None:
    before = load_or_create(place)
    lines = place.secrets.read_text().splitlines(keepends=True)
    place.secrets.write_text("".join(line for line in lines if not line.startswith("BROKER")))

    after = load_or_create(place)

    assert after.values["BROKER_PASSWORD"] != before.values["BROKER_PASSWORD"]
    kept = {name for name in before.values if name != "BROKER_PASSWORD"}
    assert {name: after.values[name] for name in kept} == {n: before.values[n] for n in kept}


def test_secrets_that_others_may_read_are_refused(place: DataDir) -> None:
    load_or_create(place)
    place.secrets.chmod(0o640)

    with pytest.raises(StackError, match="chmod 600"):
        load_or_create(place)


def test_secrets_with_a_broken_line_are_refused_without_showing_it(place: DataDir) -> None:
    load_or_create(place)
    with place.secrets.open("a") as file:
        file.write("hunter2\n")

    with pytest.raises(StackError, match=r"line \d+ is not NAME=value") as refused:
        load_or_create(place)

    assert "hunter2" not in str(refused.value)


def test_secrets_do_not_show_in_a_representation(secrets: Secrets) -> None:
    shown = repr(secrets)

    assert not any(value in shown for value in secrets.values.values())


def test_loading_secrets_before_the_first_start_says_what_makes_them(place: DataDir) -> None:
    with pytest.raises(StackError, match="inergize up"):
        load(place)
