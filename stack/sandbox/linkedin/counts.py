"""What LinkedIn counted, by day in UTC: for posts, members' followers and pages.

Reactions, comments and reshares are counted from what is there; all else is what the control
interface set, because nobody here looks at posts.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.model import StoredPost

FOLLOWERS = "FOLLOWER"
"""Followers that a member or page won on a day; negative for lost ones."""
PAGE_VIEWS = "PAGE_VIEW"

POST_METRICS = (
    "IMPRESSION",
    "MEMBERS_REACHED",
    "RESHARE",
    "REACTION",
    "COMMENT",
    "POST_SAVE",
    "POST_SEND",
    "LINK_CLICKS",
    "FOLLOWER_GAINED_FROM_CONTENT",
    "PROFILE_VIEW_FROM_CONTENT",
)
METRICS = (*POST_METRICS, FOLLOWERS, PAGE_VIEWS)

_LIVE = {
    "REACTION": "count_reactions_within",
    "COMMENT": "count_comments_within",
    "RESHARE": "count_reshares_within",
}


@dataclass(frozen=True, slots=True)
class Days:
    """Days in UTC, the last one excluded."""

    first: date
    last: date

    def each(self) -> list["Days"]:
        """One by one."""
        count = (self.last - self.first).days
        starts = [self.first + timedelta(days=number) for number in range(count)]
        return [Days(start, start + timedelta(days=1)) for start in starts]


EVER = Days(date(2003, 5, 5), date(9999, 1, 1))
"""Since LinkedIn began."""


def put(house: House, subject: str, metric: str, count: int, day: date | None) -> None:
    """Set what was counted on a day, today unless told."""
    on = day or datetime.fromtimestamp(house.clock.now_ms() / 1000, UTC).date()
    house.database.run("put_count", subject=subject, metric=metric, day=on.isoformat(), count=count)


def of(house: House, subject: str, metric: str, days: Days = EVER) -> int:
    """What was set for these days."""
    row = house.database.one(
        "sum_counts",
        subject=subject,
        metric=metric,
        first=days.first.isoformat(),
        last=days.last.isoformat(),
    )
    return int(row["total"]) if row else 0


def of_post(house: House, post: StoredPost, metric: str, days: Days = EVER) -> int:
    """What was set for a post, and what is really there."""
    total = of(house, post.urn, metric, days)
    if metric not in _LIVE:
        return total
    row = house.database.one(
        _LIVE[metric],
        urn=post.urn,
        activity=post.activity,
        first_ms=_ms(days.first),
        last_ms=_ms(days.last),
    )
    return total + (int(row["total"]) if row else 0)


def _ms(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
