"""The rules: pure functions from limits, uses and the time to a decision.

Everything that counts is a rolling window, so no calendar edge lets twice the limit through.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

from services.safety.model import Account, Decision, Limits, OwnLimits, Use, Verdict, Window

VERSION = 1

CEILINGS: Mapping[str, Limits] = {
    # LinkedIn's open share product allows a member 150 calls a day. A post with its media and its
    # first comment takes about three, so fifty posts can never use them up; two hundred a week
    # keep nobody at the daily cap for seven days on end, and ten seconds keep a backlog that
    # comes due at once from leaving as a burst. docs/decisions/0066-platform-ceilings.md
    "publish_post": Limits(daily_cap=50, weekly_cap=200, min_gap=timedelta(seconds=10)),
    "post_first_comment": Limits(daily_cap=50, weekly_cap=200, min_gap=timedelta(seconds=10)),
}
"""What no user may exceed. An action that is not here is not allowed to anybody."""

EXPLANATIONS: Mapping[str, str] = {
    "unknown_action": "This kind of action is not allowed.",
    "restricted": "LinkedIn has restricted this account.",
    "paused": "The account is paused.",
    "daily_cap": "The limit for 24 hours is used up.",
    "weekly_cap": "The limit for 7 days is used up.",
    "min_gap": "The last action of this kind was too short a time ago.",
}
"""Each rule in words a user understands."""


@dataclass(frozen=True, slots=True)
class _Obstacle:
    rule: str
    until: datetime | None
    """None: time alone does not remove it."""


def decide(
    action_type: str, account: Account, own: OwnLimits | None, uses: Sequence[Use]
) -> Decision:
    """Decide about one more use of an action, at `account.now`.

    `uses` are the user's uses of this action in the last week. Any rule that time does not lift
    blocks; otherwise the action is deferred to the instant at which the last rule lifts.
    """
    ceiling = CEILINGS.get(action_type)
    if ceiling is None:
        return Decision(Verdict.BLOCKED, ("unknown_action",))
    limits = tightened(ceiling, own, account.warmup_day)
    return _decision(list(_obstacles(account, limits, uses)))


def tightened(ceiling: Limits, own: OwnLimits | None, warmup_day: int | None) -> Limits:
    """The limits that apply: the platform's, where the user's own are not tighter."""
    if own is None:
        return ceiling
    daily_cap = min(ceiling.daily_cap, own.daily_cap)
    if warmup_day is not None:
        ramp = own.warmup_start + floor(own.ramp_per_day * max(warmup_day, 0))
        daily_cap = min(daily_cap, ramp)
    return Limits(
        daily_cap=daily_cap,
        weekly_cap=min(ceiling.weekly_cap, own.weekly_cap),
        min_gap=max(ceiling.min_gap, own.min_gap),
    )


def inside(window: Window, uses: Iterable[Use], now: datetime) -> list[Use]:
    """The uses a window counts at `now`, oldest first. A use leaves after exactly its length."""
    return sorted((use for use in uses if use.at + window.length > now), key=lambda use: use.at)


def free_at(window: Window, uses: Iterable[Use], now: datetime) -> datetime | None:
    """When a window has room for one more unit: `now` or later, None for a cap of nothing."""
    if window.cap < 1:
        return None
    counted = inside(window, uses, now)
    excess = sum(use.units for use in counted) + 1 - window.cap
    at = now
    for use in counted:
        if excess <= 0:
            break
        excess -= use.units
        at = use.at + window.length
    return at


def _obstacles(account: Account, limits: Limits, uses: Sequence[Use]) -> Iterator[_Obstacle]:
    if account.is_restricted:
        yield _Obstacle("restricted", None)
    if account.is_paused_for_good:
        yield _Obstacle("paused", None)
    elif account.paused_until is not None and account.paused_until > account.now:
        yield _Obstacle("paused", account.paused_until)
    for window in limits.windows():
        until = free_at(window, uses, account.now)
        if until is None or until > account.now:
            yield _Obstacle(window.rule, until)


def _decision(obstacles: list[_Obstacle]) -> Decision:
    if not obstacles:
        return Decision(Verdict.ALLOWED)
    rules = tuple(obstacle.rule for obstacle in obstacles)
    ends = [obstacle.until for obstacle in obstacles if obstacle.until is not None]
    if len(ends) < len(obstacles):
        return Decision(Verdict.BLOCKED, rules)
    return Decision(Verdict.DEFERRED, rules, max(ends))
