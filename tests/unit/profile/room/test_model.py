"""Rules that need nothing but values."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.profile import capabilities
from services.profile.connect import code_challenge
from services.profile.linkedin_model import Visibility
from services.profile.model import Attempt, PublishPost

posts = st.builds(
    PublishPost, st.text(min_size=1, max_size=50), st.sampled_from(Visibility), st.text(max_size=20)
)


@given(posts, posts)
def test_two_actions_have_one_hash_only_when_they_are_the_same(
    one: PublishPost, other: PublishPost
) -> None:
    attempt_id, user_id = uuid4(), uuid4()
    hashes = {Attempt(attempt_id, user_id, post).request_hash for post in (one, other)}

    assert (len(hashes) == 1) == (one == other)


def test_a_hash_stays_the_same_for_as_long_as_attempts_are_kept() -> None:
    post = PublishPost("Grüße", Visibility.PUBLIC, "")

    told = Attempt(uuid4(), uuid4(), post).request_hash.hex()

    assert told == "f17566d81f3ecf1d9ddce05bef9cf483549187117d6e75b9ebaa6c5b674afacf"


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
