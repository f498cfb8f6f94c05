"""Every error that LinkedIn documents has a sentence and a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.connection.refusals import REDIRECTED, of_exchange, of_redirect
from services.profile.errors import (
    ApplicationRefused,
    ConnectCancelled,
    ConnectRefused,
    ConnectUnavailable,
    ScopeRefused,
    SignInCancelled,
)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("user_cancelled_login", SignInCancelled),
        ("user_cancelled_authorize", ConnectCancelled),
        ("access_denied", ConnectCancelled),
        ("invalid_scope", ScopeRefused),
        ("unauthorized_scope_error", ScopeRefused),
        ("unauthorized_client", ApplicationRefused),
        ("server_error", ConnectUnavailable),
        ("temporarily_unavailable", ConnectUnavailable),
        ("something_new", ConnectRefused),
    ],
)
def test_a_redirects_error_has_its_own_kind_and_keeps_linkedins_word(
    error: str, kind: type[Exception]
) -> None:
    refused = of_redirect(error, "")

    assert type(refused) is kind
    assert refused.metadata == {"error": error}
    assert refused.message.endswith((".", "start again."))


@pytest.mark.parametrize("mark", ["&quot;", '"'])
def test_a_refused_scope_is_named(mark: str) -> None:
    words = f"Scope {mark}r_member_social{mark} is not authorized for your application"

    assert of_redirect("unauthorized_scope_error", words).metadata["scope"] == "r_member_social"


@given(st.sampled_from(sorted(REDIRECTED)) | st.text(max_size=50), st.text(max_size=200))
def test_any_redirect_is_answered_with_words_of_ours(error: str, description: str) -> None:
    refused = of_redirect(error, description)

    assert refused.message == type(refused)().message
    assert set(refused.metadata) <= {"error", "scope"}
    assert refused.metadata.get("scope", "a").isascii()


def test_a_wrong_secret_of_ours_is_not_the_members_doing() -> None:
    assert type(of_exchange("invalid_client", 401)) is ApplicationRefused
    assert type(of_exchange("invalid_redirect_uri", 400)) is ConnectRefused
    assert of_exchange("", 400).metadata == {"error": "HTTP_400"}
