"""Figures, pages and connections over plain HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stack.sandbox.linkedin.counts import POST_METRICS
from tests.integration.linkedin.rest.conftest import Api, SignIn, enc

_METRIC_TYPE = "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1"
ANALYTICS = "/rest/memberCreatorPostAnalytics"


def today(api: Api) -> datetime:
    return datetime.fromisoformat(api.sandbox.get("clock")["time"])


def days(first: datetime, count: int) -> str:
    def written(day: datetime) -> str:
        return f"(day:{day.day},month:{day.month},year:{day.year})"

    return f"(start:{written(first)},end:{written(first + timedelta(days=count))})"


def share(urn: str) -> str:
    return f"(share:{enc(urn)})"


def counted(api: Api, query: str) -> list[int]:
    return [each["count"] for each in api.get(f"{ANALYTICS}?{query}")["elements"]]


@pytest.mark.parametrize("metric", POST_METRICS)
def test_one_metric_of_one_post_is_told_a_call(ada: Api, metric: str) -> None:
    post = ada.posted()
    ada.sandbox.post("counts", subject=post, metric=metric, count=7)
    answer = ada.get(f"{ANALYTICS}?q=entity&entity={share(post)}&queryType={metric}")
    (element,) = answer["elements"]
    assert element == {
        "count": 7,
        "metricType": {_METRIC_TYPE: metric},
        "targetEntity": {"share": post},
    }


def test_reactions_comments_and_reposts_are_counted_as_they_are(ada: Api, member: SignIn) -> None:
    post, other = ada.posted(), member()
    other.react(post)
    other.comment(post, "text")
    other.posted(reshareContext={"parent": post})
    for metric in ("REACTION", "COMMENT", "RESHARE"):
        assert counted(ada, f"q=me&queryType={metric}") == [1]


def test_days_are_told_one_by_one_the_last_one_excluded(ada: Api) -> None:
    post, now = ada.posted(), today(ada)
    for ago, count in ((2, 5), (1, 6), (0, 7)):
        day = (now - timedelta(days=ago)).date().isoformat()
        ada.sandbox.post("counts", subject=post, metric="IMPRESSION", count=count, day=day)
    asked = f"q=me&queryType=IMPRESSION&dateRange={days(now - timedelta(days=2), 2)}"
    assert counted(ada, f"{asked}&aggregation=DAILY") == [5, 6]
    assert counted(ada, asked) == [11]


@pytest.mark.parametrize(
    "query",
    [
        "q=me",
        "q=me&queryType=LIKES",
        "q=me&queryType=List(IMPRESSION,REACTION)",
        "q=me&queryType=MEMBERS_REACHED&aggregation=DAILY&dateRange={days}",
        "q=entity&entity={post}&queryType=IMPRESSION&aggregation=DAILY&dateRange={days}",
        "q=me&queryType=REACTION&aggregation=DAILY",
        "q=me&queryType=REACTION&dateRange=(start:(day:1,month:13,year:2026),end:(day:1))",
        "q=entity&queryType=REACTION",
        "q=entity&entity=(post:x)&queryType=REACTION",
        "q=me&queryType=REACTION&colour=red",
        "q=author&queryType=REACTION",
    ],
)
def test_what_cannot_be_asked_is_refused(ada: Api, query: str) -> None:
    given = {"post": share(ada.posted()), "days": days(today(ada), 3)}
    answer = ada.send("GET", f"{ANALYTICS}?{query.format(**given)}")
    assert answer.status_code == 400, answer.text


def test_another_members_post_has_no_figures_for_me(ada: Api, member: SignIn) -> None:
    asked = f"{ANALYTICS}?q=entity&entity={share(ada.posted())}&queryType=REACTION"
    assert member().send("GET", asked).status_code == 403
    without = member("openid profile w_member_social").send("GET", asked)
    assert "memberCreatorPostAnalytics.FINDER-entity.20260901" in without.json()["message"]


def test_a_members_followers_are_told_now_and_by_day(ada: Api) -> None:
    now = today(ada)
    for ago, count in ((1, 40), (0, 2)):
        day = (now - timedelta(days=ago)).date().isoformat()
        ada.sandbox.post("counts", subject=ada.urn, metric="FOLLOWER", count=count, day=day)
    (element,) = ada.get("/rest/memberFollowersCount?q=me")["elements"]
    assert element == {"memberFollowersCount": 42}
    span = days(now - timedelta(days=1), 2)
    by_day = ada.get(f"/rest/memberFollowersCount?q=dateRange&dateRange={span}")["elements"]
    assert [each["memberFollowersCount"] for each in by_day] == [40, 2]
    assert by_day[0]["dateRange"]["end"]["day"] == now.day


def test_a_member_knows_the_pages_that_the_member_administers(
    ada: Api, page: str, member: SignIn
) -> None:
    asked = "/rest/organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED"
    (role,) = ada.get(asked)["elements"]
    assert role == {
        "organization": page,
        "role": "ADMINISTRATOR",
        "roleAssignee": ada.urn,
        "state": "APPROVED",
    }
    assert member().get(asked)["elements"] == []
    of_page = f"/rest/organizationAcls?q=organization&organization={enc(page)}"
    assert len(ada.get(of_page)["elements"]) == 1
    assert member().send("GET", of_page).status_code == 403


def test_pages_are_looked_up(ada: Api, page: str, member: SignIn) -> None:
    number = page.rpartition(":")[2]
    assert ada.get(f"/rest/organizations/{number}")["localizedName"] == f"Works {number}"
    assert member().send("GET", f"/rest/organizations/{number}").status_code == 403
    found = ada.get(f"/rest/organizations?q=vanityName&vanityName=page-{number}")["elements"]
    assert [each["id"] for each in found] == [int(number)]
    got = member().get(f"/rest/organizationsLookup?ids=List({number},999999999999)")
    assert (set(got["results"]), got["errors"]["999999999999"]["status"]) == ({number}, 404)


def test_a_pages_followers_are_told(ada: Api, page: str) -> None:
    ada.sandbox.post("counts", subject=page, metric="FOLLOWER", count=9)
    size = ada.get(f"/rest/networkSizes/{enc(page)}?edgeType=COMPANY_FOLLOWED_BY_MEMBER")
    assert size == {"firstDegreeSize": 9}
    of_page = f"q=organizationalEntity&organizationalEntity={enc(page)}"
    (element,) = ada.get(f"/rest/organizationalEntityFollowerStatistics?{of_page}")["elements"]
    counts = element["followerCountsByAssociationType"][0]["followerCounts"]
    assert counts["organicFollowerCount"] == 9


def test_a_pages_posts_have_figures_for_its_administrators(
    ada: Api, page: str, member: SignIn
) -> None:
    first, second = ada.posted(author=page), ada.posted(author=page)
    ada.react(first)
    for metric, count in (("IMPRESSION", 10), ("LINK_CLICKS", 4)):
        ada.sandbox.post("counts", subject=first, metric=metric, count=count)
    asked = (
        "/rest/organizationalEntityShareStatistics?q=organizationalEntity"
        f"&organizationalEntity={enc(page)}"
    )
    (element,) = ada.get(asked)["elements"]
    assert element["totalShareStatistics"] == {
        "uniqueImpressionsCount": 0,
        "shareCount": 0,
        "engagement": 0.5,
        "clickCount": 4,
        "likeCount": 1,
        "impressionCount": 10,
        "commentCount": 0,
    }
    by_post = ada.get(f"{asked}&shares=List({enc(first)},{enc(second)})")["elements"]
    assert [each["share"] for each in by_post] == [first, second]
    start = round(today(ada).replace(tzinfo=UTC).timestamp() * 1000)
    span = f"(timeRange:(start:{start},end:{start + 2 * 86_400_000}),timeGranularityType:DAY)"
    by_day = ada.get(f"{asked}&timeIntervals={span}")["elements"]
    assert [each["totalShareStatistics"]["clickCount"] for each in by_day] == [4, 0]
    assert member().send("GET", asked).status_code == 403
    ada.sandbox.post("counts", subject=page, metric="PAGE_VIEW", count=3)
    (views,) = ada.get(f"/rest/organizationPageStatistics?q=organization&organization={enc(page)}")[
        "elements"
    ]
    assert views["totalPageStatistics"]["views"]["allPageViews"]["pageViews"] == 3


def test_connections_are_counted_and_listed_for_the_member_alone(ada: Api, member: SignIn) -> None:
    other = member()
    ada.sandbox.post("connections", member=ada.member_id, others=[other.member_id, "zoe"])
    assert ada.get(f"/v2/connections/{enc(ada.urn)}") == {"firstDegreeSize": 2}
    listed = ada.get("/v2/connections?q=viewer&start=0&count=1")
    assert (len(listed["elements"]), listed["paging"]["total"]) == (1, 2)
    assert listed["elements"][0]["to"].startswith("urn:li:person:")
    assert ada.send("GET", f"/v2/connections/{enc(other.urn)}").status_code == 403
    raw = ada.send("GET", f"/v2/connections/{ada.urn}")
    assert (raw.status_code, raw.json()["message"]) == (400, "Syntax exception in path variables")


def test_a_member_takes_along_what_linkedin_holds(ada: Api) -> None:
    urn = ada.posted(commentary=f"mine {ada.member_id}")

    def rows(domain: str) -> list[dict[str, Any]]:
        answer = ada.get(f"/rest/memberSnapshotData?q=criteria&domain={domain}")
        found: list[dict[str, Any]] = answer["elements"][0]["snapshotData"]
        return found

    assert rows("PROFILE")[0]["First Name"]
    assert rows("MEMBER_SHARE_INFO")[0]["ShareCommentary"] == f"mine {ada.member_id}"
    empty = ada.send("GET", "/rest/memberSnapshotData?q=criteria&domain=CONNECTIONS")
    assert empty.status_code == 404
    (event,) = ada.get("/rest/memberChangeLogs?q=memberAndApplication")["elements"]
    assert (event["resourceName"], event["method"], event["resourceId"]) == (
        "ugcPosts",
        "CREATE",
        urn,
    )


def test_a_pages_followers_are_found_by_the_beginning_of_their_names(
    ada: Api, page: str, member: SignIn
) -> None:
    number = int(page.rpartition(":")[2])
    for name in ("Zoë", "Zora", "Adam"):
        member_id = f"{name[:3].encode().hex()}{number}"
        ada.sandbox.post(
            "members", id=member_id, given_name=name, family_name="Okafor", sign_in=False
        )
        ada.sandbox.post("organisations", id=number, name="Works", followers=[member_id])
    asked = f"/rest/peopleTypeahead?q=organizationFollowers&organization={enc(page)}"
    found = ada.get(f"{asked}&keywords=oka%20ZO")["elements"]
    assert [each["firstName"] for each in found] == ["Zora", "Zoë"]
    assert found[0]["member"].startswith("urn:li:person:")
    assert ada.send("GET", f"{asked}&keywords=").status_code == 400
    assert member().send("GET", f"{asked}&keywords=z").status_code == 403
