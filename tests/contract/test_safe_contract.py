"""What no method asks for, and what everything we build on is held to."""

import tomllib

import pytest

from services.kernel.contract import Method
from tests.support.code import ROOT
from tests.support.contracts import public_methods, short
from tests.support.fields import reply_fields, request_fields

SECRETS_IN_URLS = {
    # A mailed link can carry its token nowhere else; the page at its end sends it in a body.
    "AuthService/ShowVerifyEmailPage": {"token"},
    "AuthService/ShowResetPasswordPage": {"token"},
    # RFC 8058: the link in a mail's header; it is good for nothing but to stop such mails.
    "ProfileService/ShowUnsubscribePage": {"token"},
    "ProfileService/Unsubscribe": {"token"},
    # OAuth's redirect (RFC 6749, 4.1.2): good once, and only for the browser that began.
    "ProfileService/CompleteLinkedInConnect": {"code", "state"},
}


@pytest.mark.parametrize("method", public_methods(), ids=short)
def test_no_secret_is_asked_for_in_an_address(method: Method) -> None:
    found = {
        field.name
        for field in request_fields(method, in_url=True)
        if not field.is_choice and _is_secret(field.name)
    }
    assert found <= SECRETS_IN_URLS.get(short(method), set())


def _is_secret(name: str) -> bool:
    words = set(name.split("_"))
    only_names = name == "page_token" or name.endswith("_id")
    return not only_names and bool(words & {"password", "token", "secret", "code", "key", "state"})


OUTPUT_ONLY = {
    "inergize.content.v1.Content": {
        "content_id", "status", "linkedin_post_urn", "publish_state", "publish_error",
        "publish_action_id",
    },
}  # fmt: skip
"""Fields of a resource that requests carry and services ignore."""


@pytest.mark.parametrize("method", public_methods(), ids=short)
def test_every_text_and_list_that_is_sent_has_bounds(method: Method) -> None:
    unbounded = [
        f"{field.containing_type.full_name}.{field.name}"
        for field in request_fields(method)
        if field.needs_bounds
        and not field.has_bounds
        and field.name not in OUTPUT_ONLY.get(field.containing_type.full_name, set())
    ]
    assert unbounded == []


STORED_SECRETS = {"hash", "hashes", "password", "seed", "sealed", "ciphertext", "nonce", "salt"}


@pytest.mark.parametrize("method", public_methods(), ids=short)
def test_no_answer_has_a_field_for_a_stored_secret(method: Method) -> None:
    fields = list(reply_fields(method))
    stored = [found.name for found in fields if set(found.name.split("_")) & STORED_SECRETS]
    assert stored == []
    fresh = [found for found in fields if found.is_text and _is_fresh_secret(found.name)]
    assert [found.name for found in fresh if not found.is_marked_secret] == []


def _is_fresh_secret(name: str) -> bool:
    """What is shown once; an idempotent repeat must not keep it."""
    is_place = name.endswith(("page_token", "_id"))
    return not is_place and bool(set(name.split("_")) & {"token", "secret", "codes", "tokens"})


@pytest.mark.parametrize("method", public_methods(), ids=short)
def test_no_file_is_taken(method: Method) -> None:
    assert [field.name for field in request_fields(method) if field.is_bytes] == []


def test_every_component_is_pinned_with_its_hash_from_one_registry() -> None:
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    ours = {"inergize", "inergize-client"}
    others = [package for package in locked if package["name"] not in ours]
    assert len(others) > 50
    assert {package["source"].get("registry") for package in others} == {"https://pypi.org/simple"}
    for package in others:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        assert all(file["hash"].startswith("sha256:") for file in files), package["name"]


def test_every_dependency_has_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["embedded"]]
    assert [name for name in wanted if "==" not in name and name != "inergize-client"] == []


@pytest.mark.parametrize("method", public_methods(), ids=short)
def test_no_question_stands_in_for_a_password(method: Method) -> None:
    words = {word for found in request_fields(method) for word in found.name.split("_")}
    assert (
        words & {"hint", "question", "questions", "answer", "answers", "pet", "birthplace"} == set()
    )
