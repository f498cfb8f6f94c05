"""One good request to each endpoint of the sandbox, for tests to spoil."""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

NOTE = "com.linkedin.invitations.InvitationMessage"
SHARE = "com.linkedin.ugc.ShareContent"
VISIBILITY = "com.linkedin.ugc.MemberNetworkVisibility"
POST = {
    "author": "{me}",
    "commentary": "words",
    "visibility": "PUBLIC",
    "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": []},
    "lifecycleState": "PUBLISHED",
}
POLL = {
    "question": "Which?",
    "options": [{"text": "one"}, {"text": "two"}],
    "settings": {"duration": "ONE_DAY"},
}
DAYS = "(start:(day:1,month:11,year:2026),end:(day:3,month:11,year:2026))"
HOURS = "(timeRange:(start:1761955200000,end:1762128000000),timeGranularityType:DAY)"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Sent:
    """A request."""

    method: str
    url: str
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def with_body(self, body: Any) -> "Sent":
        return replace(self, body=body)


@dataclass(frozen=True)
class Sample:
    """A good request; `{names}` in it stand for what there is."""

    method: str
    path: str
    body: Any = b""
    restli: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_json(self) -> bool:
        return isinstance(self.body, dict)

    def filled(self, names: dict[str, str]) -> Sent:
        path = self.path
        for name, value in names.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        headers = {"X-RestLi-Method": self.restli} if self.restli else {}
        if "/oauth/" in path:
            headers = {**FORM, "Authorization": ""}
        return Sent(self.method, path, _filled(self.body, names), headers)


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    if isinstance(value, str) and value.startswith("{") and value[1:-1] in names:
        return names[value[1:-1]]
    return value


def _asset(kind: str) -> list[Sample]:
    wanted = {"owner": "{me}"} | ({"fileSizeBytes": 90_000} if kind == "videos" else {})
    return [
        Sample(
            "POST", f"/rest/{kind}?action=initializeUpload", {"initializeUploadRequest": wanted}
        ),
        Sample("GET", f"/rest/{kind}?ids=List(a,b)"),
        Sample("GET", f"/rest/{kind}/a"),
    ]


_COMMENTS = "/rest/socialActions/{post}/comments"
_LIKES = "/rest/socialActions/{post}/likes"
_EDIT = "PARTIAL_UPDATE"

API = (
    Sample("POST", "/rest/posts", POST),
    Sample("POST", "/rest/posts?", {**POST, "commentary": "poll", "content": {"poll": POLL}}),
    Sample("GET", "/rest/posts?ids=List({post})"),
    Sample("GET", "/rest/posts?q=author&author={me}&sortBy=CREATED"),
    Sample("GET", "/rest/posts/{post}?viewContext=AUTHOR"),
    Sample("POST", "/rest/posts/{post}", {"patch": {"$set": {"commentary": "better"}}}, _EDIT),
    Sample("DELETE", "/rest/posts/urn%3Ali%3Ashare%3A1"),
    *_asset("images"),
    *_asset("documents"),
    *_asset("videos"),
    Sample(
        "POST",
        "/rest/videos?action=finalizeUpload",
        {"finalizeUploadRequest": {"video": "v", "uploadToken": "", "uploadedPartIds": ["a"]}},
    ),
    Sample("PUT", "/dms-uploads/unknown", b"bytes"),
    Sample(
        "POST",
        _COMMENTS,
        {"actor": "{me}", "object": "{post}", "message": {"text": "well", "attributes": []}},
    ),
    Sample("GET", f"{_COMMENTS}?start=0&count=5"),
    Sample("GET", f"{_COMMENTS}?ids=List({{comment}})"),
    Sample("GET", f"{_COMMENTS}/{{comment}}"),
    Sample(
        "POST",
        f"{_COMMENTS}/{{comment}}",
        {"patch": {"message": {"$set": {"text": "better"}}}},
        _EDIT,
    ),
    Sample("DELETE", f"{_COMMENTS}/5?actor={{me}}"),
    Sample("POST", _LIKES, {"actor": "{me}", "object": "{post}"}),
    Sample("GET", _LIKES),
    Sample("GET", f"{_LIKES}/{{me}}"),
    Sample("DELETE", f"{_LIKES}/{{me}}"),
    Sample("GET", "/rest/socialActions/{post}"),
    Sample("GET", "/v2/socialActions/{post}"),
    Sample("POST", "/rest/reactions?actor={me}", {"root": "{post}", "reactionType": "LIKE"}),
    Sample("GET", "/rest/reactions?ids=List((actor:{me},entity:{post}))"),
    Sample("GET", "/rest/reactions/(actor:{me},entity:{post})"),
    Sample("GET", "/rest/reactions/(entity:{post})?q=entity&sort=CHRONOLOGICAL"),
    Sample("DELETE", "/rest/reactions/(actor:{me},entity:{post})"),
    Sample("GET", "/rest/socialMetadata?ids=List({post})"),
    Sample("GET", "/rest/socialMetadata/{post}"),
    Sample(
        "POST",
        "/rest/socialMetadata/{post}?actor={me}",
        {"patch": {"$set": {"commentsState": "OPEN"}}},
        _EDIT,
    ),
    Sample(
        "GET",
        "/rest/memberCreatorPostAnalytics?q=entity&entity=(share:{post})&queryType=REACTION"
        f"&aggregation=DAILY&dateRange={DAYS}",
    ),
    Sample("GET", "/rest/memberCreatorPostAnalytics?q=me&queryType=IMPRESSION"),
    Sample("GET", "/rest/memberFollowersCount?q=me"),
    Sample("GET", f"/rest/memberFollowersCount?q=dateRange&dateRange={DAYS}"),
    Sample("GET", "/rest/organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED"),
    Sample("GET", "/rest/organizationAcls?q=organization&organization={page}"),
    Sample("GET", "/rest/organizations?q=vanityName&vanityName=page-7"),
    Sample("GET", "/rest/organizations/7"),
    Sample("GET", "/rest/organizationsLookup?ids=List(7,8)"),
    Sample("GET", "/rest/organizationsLookup/7"),
    Sample("GET", "/rest/networkSizes/{page}?edgeType=COMPANY_FOLLOWED_BY_MEMBER"),
    *(
        Sample("GET", f"/rest/{name}&timeIntervals={HOURS}")
        for name in (
            "organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={page}",
            "organizationalEntityFollowerStatistics?q=organizationalEntity&organizationalEntity={page}",
            "organizationPageStatistics?q=organization&organization={page}",
        )
    ),
    Sample("GET", "/rest/memberSnapshotData?q=criteria&domain=PROFILE"),
    Sample("GET", "/rest/memberChangeLogs?q=memberAndApplication&startTime=0"),
    Sample("GET", "/rest/peopleTypeahead?q=organizationFollowers&organization={page}&keywords=a"),
    Sample(
        "POST",
        "/v2/ugcPosts",
        {
            "author": "{me}",
            "lifecycleState": "PUBLISHED",
            "specificContent": {
                SHARE: {
                    "shareCommentary": {"text": "older words"},
                    "shareMediaCategory": "ARTICLE",
                    "media": [{"status": "READY", "originalUrl": "https://x.example"}],
                }
            },
            "visibility": {VISIBILITY: "PUBLIC"},
        },
    ),
    Sample("DELETE", "/v2/ugcPosts/urn%3Ali%3AugcPost%3A1"),
    Sample(
        "POST",
        "/v2/assets?action=registerUpload",
        {"registerUploadRequest": {"owner": "{me}", "recipes": ["urn:li:recipe:x"]}},
    ),
    Sample("GET", "/v2/connections?q=viewer&start=0&count=5"),
    Sample("GET", "/v2/connections/{me}"),
    Sample(
        "POST",
        "/v2/invitations",
        {"invitee": "urn:li:person:bob", "message": {NOTE: {"body": "x"}}},
    ),
    Sample("GET", "/v2/invitations/urn%3Ali%3Ainvitation%3A1"),
    Sample(
        "POST",
        "/v2/messages",
        {"recipients": ["urn:li:person:bob"], "subject": "s", "body": "x", "attachments": []},
    ),
    Sample("GET", "/v2/userinfo"),
    Sample("GET", "/v2/me?projection=(id,firstName(localized))"),
    Sample("GET", "/v2/emailAddress?q=members&projection=(elements*(handle~))"),
)

_ASKED = "response_type=code&client_id=fuzz&redirect_uri=https%3A%2F%2Fapp.example%2Fback"
OAUTH = (
    Sample("GET", f"/oauth/v2/authorization?{_ASKED}&scope=openid&state=s&sandbox_member=eve"),
    Sample("POST", f"/oauth/v2/authorization?{_ASKED}&scope=openid", b"decision=allow&member=eve"),
    Sample("GET", f"/oauth/native-pkce/authorization?{_ASKED}&scope=openid"),
    Sample("POST", f"/oauth/native-pkce/authorization?{_ASKED}&scope=openid", b"decision=allow"),
    Sample("POST", "/oauth/v2/accessToken", b"grant_type=authorization_code&code=x&client_id=fuzz"),
    Sample("POST", "/oauth/v2/introspectToken", b"client_id=fuzz&client_secret=x&token=y"),
    Sample("POST", "/oauth/v2/revoke", b"client_id=fuzz&client_secret=fuzz-secret&token=y"),
    Sample("GET", "/oauth/.well-known/openid-configuration"),
    Sample("GET", "/oauth/openid/jwks"),
)

CONTROL = (
    Sample("GET", "/sandbox/applied?member=ada&after=0"),
    Sample("GET", "/sandbox/posts?member=ada"),
    Sample("GET", "/sandbox/members?person=ada"),
    Sample("POST", "/sandbox/members", {"id": "eve", "given_name": "Eve", "sign_in": False}),
    Sample("GET", "/sandbox/clock"),
    Sample("GET", "/sandbox/health"),
    Sample("GET", "/sandbox/faults"),
    Sample("GET", "/sandbox/faults/kinds"),
    Sample("DELETE", "/sandbox/faults"),
    Sample("DELETE", "/sandbox/faults/5"),
    Sample("GET", "/sandbox/apps"),
    Sample(
        "POST",
        "/sandbox/apps",
        {"client_id": "b", "client_secret": "12345678", "redirect_uris": ["https://b.example"]},
    ),
    Sample("GET", "/sandbox/products"),
    Sample("GET", "/sandbox/quota"),
    Sample("GET", "/sandbox/consents"),
    Sample("GET", "/sandbox/organisations"),
    Sample(
        "POST",
        "/sandbox/organisations",
        {"id": 8, "name": "More", "roles": [{"member": "eve"}], "followers": ["eve"]},
    ),
    Sample("POST", "/sandbox/connections", {"member": "ada", "others": ["eve"]}),
    Sample(
        "POST",
        "/sandbox/counts",
        {"subject": "{me}", "metric": "FOLLOWER", "count": 3, "day": "2026-11-01"},
    ),
    Sample("POST", "/sandbox/invitations", {"urn": "urn:li:invitation:1", "state": "PENDING"}),
    Sample(
        "POST",
        "/sandbox/changes",
        {"owner": "ada", "actor": "eve", "resource": "x", "activity": {"id": "1"}},
    ),
    Sample("GET", "/sandbox/assets"),
    Sample("POST", "/sandbox/assets", {"urn": "urn:li:image:x", "failure": "x"}),
)

SAMPLES = API + OAUTH + CONTROL

SWITCHES = (
    Sample("POST", "/sandbox/products/grant", {"product": "share", "client_id": "b"}),
    Sample("POST", "/sandbox/products/revoke", {"product": "share", "client_id": "b"}),
    Sample("POST", "/sandbox/quota", {"kind": "member", "calls_per_day": 5, "client_id": "b"}),
    Sample("POST", "/sandbox/consents/withdraw", {"member": "eve", "client_id": "b"}),
    Sample("POST", "/sandbox/faults", {"kind": "throttle", "detail": "PLAIN", "member": "ada"}),
    Sample("POST", "/sandbox/clock", {"advance_seconds": 1}),
    Sample("POST", "/sandbox/clock", {"time": "2026-11-20T12:00:00Z"}),
    Sample("POST", "/sandbox/reset"),
)
"""Those after which calls are refused that were answered before."""
