"""The score counts what is known, and never falls when something gets better."""

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from services.profile.reading.completeness import WEIGHTS, Facts, assess

texts = st.none() | st.text(max_size=400)
facts = st.builds(
    Facts,
    has_name=st.booleans(),
    has_picture=st.booleans(),
    headline=texts,
    summary=texts,
    industry=texts,
    location=texts,
    profile_url=texts,
    connections=st.none() | st.integers(0, 2_000),
    recent_posts=st.integers(0, 60),
)
ALL = Facts(
    has_name=True,
    has_picture=True,
    headline="h" * 40,
    summary="s" * 300,
    industry="i",
    location="l",
    profile_url="u",
    connections=500,
    recent_posts=4,
)


def test_weights_are_a_hundred_together() -> None:
    assert sum(WEIGHTS.values()) == 100


@given(facts)
def test_the_score_is_from_0_to_100(known: Facts) -> None:
    found = assess(known)

    assert 0 <= found.score <= 100
    assert {one.name: one.weight for one in found.factors} == WEIGHTS
    assert all(one.advice for one in found.factors if one.reached != 1)


@given(facts, st.sampled_from([one.name for one in fields(Facts)]))
def test_a_known_fact_that_gets_better_never_costs(known: Facts, name: str) -> None:
    if getattr(known, name) is None:
        return
    better = replace(known, **{name: getattr(ALL, name)})

    assert assess(better).score >= assess(known).score


def test_only_a_whole_profile_has_100() -> None:
    assert assess(ALL).score == 100
    for one in fields(Facts):
        worse = replace(ALL, **{one.name: type(getattr(ALL, one.name))()})
        assert assess(worse).score < 100, one.name


def test_what_linkedin_does_not_tell_neither_helps_nor_harms() -> None:
    untold = replace(
        ALL,
        headline=None,
        summary=None,
        industry=None,
        location=None,
        profile_url=None,
        connections=None,
    )

    found = assess(untold)

    assert found.score == 100
    unknown = {one.name for one in found.factors if not one.is_known}
    assert unknown == {"headline", "summary", "industry", "location", "address", "connections"}
