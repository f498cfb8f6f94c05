"""The table of limits makes sense as a whole."""

import pytest

from services.auth.subscriptions.tiers import LIMITS, UNLIMITED
from services.safety.policy import CEILINGS

TIERS = ("free", "basic", "premium", "enterprise")


def test_every_tier_limits_the_same_things() -> None:
    assert tuple(LIMITS) == TIERS
    assert len({frozenset(limits) for limits in LIMITS.values()}) == 1


@pytest.mark.parametrize("name", LIMITS["free"])
def test_more_is_paid_for_more(name: str) -> None:
    allowed = [LIMITS[tier][name] for tier in TIERS]
    comparable = [float("inf") if one == UNLIMITED else one for one in allowed]

    assert comparable == sorted(comparable)
    assert comparable[0] < comparable[-1]
    assert comparable[0] > 0


@pytest.mark.parametrize("action", CEILINGS)
def test_no_tier_allows_more_actions_than_safety(action: str) -> None:
    for tier in TIERS:
        assert 0 < LIMITS[tier][f"{action}_day"] <= CEILINGS[action].daily_cap
