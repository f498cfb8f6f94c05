"""Figures of company pages, for their administrators: posts, followers, views.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics
and its sisters follower-statistics and page-statistics
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.responses import Response

from stack.sandbox.linkedin import answers, counts, post_store
from stack.sandbox.linkedin.arguments import Page, Query, query_of
from stack.sandbox.linkedin.counts import EVER, Days
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.model import StoredPost
from stack.sandbox.linkedin.organisations import ADMIN, check_administers

SHARES = Operation("organizationalEntityShareStatistics", "FINDER-organizationalEntity", ADMIN)
FOLLOWERS = Operation(
    "organizationalEntityFollowerStatistics", "FINDER-organizationalEntity", ADMIN
)
VIEWS = Operation("organizationPageStatistics", "FINDER-organization", ADMIN)

_LONGEST_DAYS = 400


async def shares(call: Call) -> Response:
    """Of a page's posts: all together or by day, or of those that are named."""
    query = query_of(call, "organizationalEntity", "shares", "ugcPosts", "timeIntervals")
    page = query.text("organizationalEntity")
    check_administers(call, page)
    posts = [p for p in post_store.list_all(call.house, page) if p.deleted_ms is None]
    spans = _spans(query)
    named = [*query.items("shares", []), *query.items("ugcPosts", [])]
    if named:
        known = {post.urn: post for post in posts}
        elements = [
            _element(call, page, [known[str(urn)]], span) | _named(str(urn))
            for urn in named
            if str(urn) in known
            for span in spans
        ]
    else:
        elements = [_element(call, page, posts, span) for span in spans]
    return answers.collection(call, query, elements, Page(0, 10))


async def followers(call: Call) -> Response:
    """Followers won: by day, or since the page began."""
    query = query_of(call, "organizationalEntity", "timeIntervals")
    page = query.text("organizationalEntity")
    check_administers(call, page)
    elements = []
    for span in _spans(query):
        won = counts.of(call.house, page, counts.FOLLOWERS, span)
        element: dict[str, Any] = {"organizationalEntity": page, **_time_range(span)}
        if span is EVER:
            by_type = {"followerCounts": {"organicFollowerCount": won, "paidFollowerCount": 0}}
            element["followerCountsByAssociationType"] = [by_type]
        else:
            gains = {"organicFollowerGain": won, "paidFollowerGain": 0}
            element["followerGains"] = gains
        elements.append(element)
    return answers.collection(call, query, elements, Page(0, 10))


async def views(call: Call) -> Response:
    """How often a page was looked at."""
    query = query_of(call, "organization", "timeIntervals")
    page = query.text("organization")
    check_administers(call, page)
    elements = []
    for span in _spans(query):
        seen = counts.of(call.house, page, counts.PAGE_VIEWS, span)
        total = {"views": {"allPageViews": {"pageViews": seen}}}
        elements.append({"organization": page, "totalPageStatistics": total, **_time_range(span)})
    return answers.collection(call, query, elements, Page(0, 10))


def _element(call: Call, page: str, posts: list[StoredPost], span: Days) -> dict[str, Any]:
    def total(metric: str) -> int:
        return sum(counts.of_post(call.house, post, metric, span) for post in posts)

    impressions, clicks = total("IMPRESSION"), total("LINK_CLICKS")
    likes, comments, reshares = total("REACTION"), total("COMMENT"), total("RESHARE")
    engaged = clicks + likes + comments + reshares
    return {
        "organizationalEntity": page,
        "totalShareStatistics": {
            "uniqueImpressionsCount": total("MEMBERS_REACHED"),
            "shareCount": reshares,
            "engagement": engaged / impressions if impressions else 0.0,
            "clickCount": clicks,
            "likeCount": likes,
            "impressionCount": impressions,
            "commentCount": comments,
        },
        **_time_range(span),
    }


def _named(urn: str) -> dict[str, str]:
    return {"share" if urn.startswith("urn:li:share:") else "ugcPost": urn}


def _spans(query: Query) -> list[Days]:
    """`timeIntervals=(timeRange:(start:ms,end:ms),timeGranularityType:DAY|MONTH)`."""
    wanted = query.record("timeIntervals")
    if wanted is None:
        return [EVER]
    bounds = wanted.get("timeRange")
    ends = [bounds.get(name) if isinstance(bounds, dict) else None for name in ("start", "end")]
    if not all(isinstance(end, str) and end.isdecimal() for end in ends):
        raise query.invalid("timeIntervals", "needs a timeRange with a start and an end")
    first, last = (_day(int(str(end))) for end in ends)
    if not 0 < (last - first).days <= _LONGEST_DAYS:
        raise query.invalid("timeIntervals", f"is not 1 to {_LONGEST_DAYS} days long")
    match wanted.get("timeGranularityType"):
        case "DAY":
            return Days(first, last).each()
        case "MONTH":
            return _months(first, last)
    raise query.invalid("timeIntervals", "has a timeGranularityType other than DAY and MONTH")


def _months(first: date, last: date) -> list[Days]:
    spans = []
    while first < last:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        spans.append(Days(first, min(following, last)))
        first = following
    return spans


def _day(milliseconds: int) -> date:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).date()
    except (ValueError, OverflowError):
        return date.max


def _time_range(span: Days) -> dict[str, Any]:
    if span is EVER:
        return {}
    ends = {"start": span.first, "end": span.last}
    at = {k: datetime(d.year, d.month, d.day, tzinfo=UTC).timestamp() for k, d in ends.items()}
    return {"timeRange": {k: round(seconds * 1000) for k, seconds in at.items()}}
