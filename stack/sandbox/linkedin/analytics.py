"""A member's own figures: posts, one metric a call, and followers.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/post-statistics
and https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/follower-statistics
"""

from datetime import date
from typing import Any

from starlette.responses import Response

from stack.sandbox.linkedin import answers, authors, counts, post_store
from stack.sandbox.linkedin.arguments import Page, Query, query_of
from stack.sandbox.linkedin.counts import EVER, FOLLOWERS, POST_METRICS, Days
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.model import StoredPost
from stack.sandbox.linkedin.posts import not_found

_POSTS = frozenset({"r_member_postAnalytics"})
_PROFILE = frozenset({"r_member_profileAnalytics"})
OF_ENTITY = Operation("memberCreatorPostAnalytics", "FINDER-entity", _POSTS)
OF_ALL = Operation("memberCreatorPostAnalytics", "FINDER-me", _POSTS)
FOLLOWERS_NOW = Operation("memberFollowersCount", "FINDER-me", _PROFILE)
FOLLOWERS_BY_DAY = Operation("memberFollowersCount", "FINDER-dateRange", _PROFILE)

LONGEST_DAYS = 400

_KINDS = {"share": "urn:li:share:", "ugc": "urn:li:ugcPost:"}
_METRIC_TYPE = "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1"


async def of_entity(call: Call) -> Response:
    """One metric of one post."""
    query = _query(call, "entity")
    entity = query.record("entity") or {}
    ((kind, urn),) = entity.items() if len(entity) == 1 else (("", ""),)
    if kind not in _KINDS or not isinstance(urn, str) or not urn.startswith(_KINDS[kind]):
        raise query.invalid(
            "entity", "is neither (share:urn:li:share:…) nor (ugc:urn:li:ugcPost:…)"
        )
    post = post_store.find(call.house, urn)
    if post is None or post.deleted_ms is not None:
        raise not_found()
    if post.author != call.grant.member_urn:
        raise authors.refused("Not enough permissions to access the analytics of another's post")
    return _answer(call, query, [post], {"targetEntity": {kind: urn}})


async def of_all(call: Call) -> Response:
    """One metric of all of the member's posts together."""
    posts = post_store.list_all(call.house, call.grant.member_urn)
    return _answer(call, _query(call), [post for post in posts if post.deleted_ms is None], {})


async def followers_now(call: Call) -> Response:
    """How many follow the member."""
    query = query_of(call)
    total = counts.of(call.house, call.grant.member_urn, FOLLOWERS)
    return answers.collection(call, query, [{"memberFollowersCount": total}], Page(0, 10))


async def followers_by_day(call: Call) -> Response:
    """How many began to, day by day."""
    query = query_of(call, "dateRange")
    days = date_range(query)
    if days is None:
        raise query.invalid("dateRange", "is required")
    elements = [
        {
            "memberFollowersCount": counts.of(call.house, call.grant.member_urn, FOLLOWERS, day),
            "dateRange": _range_view(day),
        }
        for day in days.each()
    ]
    return answers.collection(call, query, elements, Page(0, len(elements)))


def date_range(query: Query) -> Days | None:
    """`dateRange=(start:(day:,month:,year:),end:(…))`, the end excluded; None when not given."""
    value = query.record("dateRange")
    if value is None:
        return None
    first, last = (_date(query, value.get(name)) for name in ("start", "end"))
    if not 0 < (last - first).days <= LONGEST_DAYS:
        raise query.invalid("dateRange", f"does not end 1 to {LONGEST_DAYS} days after its start")
    return Days(first, last)


def _query(call: Call, *more: str) -> Query:
    return query_of(call, "queryType", "aggregation", "dateRange", *more)


def _answer(call: Call, query: Query, posts: list[StoredPost], target: dict[str, Any]) -> Response:
    metric = query.choice("queryType", POST_METRICS)
    aggregation = query.choice("aggregation", ("TOTAL", "DAILY"), "TOTAL")
    days = date_range(query)
    if aggregation == "TOTAL":
        spans = [days or EVER]
    else:
        _check_daily(query, metric, is_single=bool(target))
        if days is None:
            raise query.invalid("dateRange", "is required with DAILY")
        spans = days.each()
    elements = []
    for span in spans:
        total = sum(counts.of_post(call.house, post, metric, span) for post in posts)
        element = {"count": total, "metricType": {_METRIC_TYPE: metric}, **target}
        elements.append(element if span is EVER else {**element, "dateRange": _range_view(span)})
    return answers.collection(call, query, elements, Page(0, len(elements)))


def _check_daily(query: Query, metric: str, *, is_single: bool) -> None:
    """People reached cannot be added up over days, and one post's impressions are not told so."""
    if metric == "MEMBERS_REACHED" or (metric == "IMPRESSION" and is_single):
        raise query.invalid("aggregation", f"DAILY is not supported for {metric} here")


def _date(query: Query, value: object) -> date:
    parts = value if isinstance(value, dict) else {}
    try:
        return date(*(int(str(parts[name])) for name in ("year", "month", "day")))
    except (KeyError, ValueError):
        raise query.invalid("dateRange", "needs a day, month and year at both ends") from None


def _range_view(days: Days) -> dict[str, Any]:
    ends = {"start": days.first, "end": days.last}
    return {k: {"year": d.year, "month": d.month, "day": d.day} for k, d in ends.items()}
