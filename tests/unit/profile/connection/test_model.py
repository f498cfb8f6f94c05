"""Rules that need nothing but values."""

from services.profile.connection import capabilities
from services.profile.connection.connect import code_challenge


def test_a_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_capability_needs_all_of_its_scopes() -> None:
    shown = capabilities.shown_by({"openid", "w_member_social"})

    assert {each.name for each, is_granted in shown.items() if is_granted} == {
        "post_write",
        "comment_write",
        "reaction_write",
    }
