"""What LinkedIn demands of a post, and which parts of it can be changed later.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

import re
from typing import Any

from stack.sandbox.linkedin.authors import ORGANISATION
from stack.sandbox.linkedin.post_content import check_content, missing
from stack.sandbox.linkedin.refusals import Refusal, bad_schema, gateway, invalid_input

COMMENTARY_LIMIT = 3_000

_REQUIRED = {
    "author": str,
    "commentary": str,
    "visibility": str,
    "distribution": dict,
    "lifecycleState": str,
}
_OPTIONAL = {
    "content": dict,
    "reshareContext": dict,
    "isReshareDisabledByAuthor": bool,
    "contentCallToActionLabel": str,
    "contentLandingPage": str,
    "adContext": dict,
    "container": str,
}
_CHOICES = {
    "visibility": {"PUBLIC", "CONNECTIONS", "LOGGED_IN", "CONTAINER"},
    "lifecycleState": {"PUBLISHED", "DRAFT"},
}
_DISTRIBUTION = {"feedDistribution", "targetEntities", "thirdPartyDistributionChannels"}
_CALLS_TO_ACTION = {
    *("APPLY", "DOWNLOAD", "VIEW_QUOTE", "LEARN_MORE", "SIGN_UP", "SUBSCRIBE", "REGISTER"),
    *("JOIN", "ATTEND", "REQUEST_DEMO", "SEE_MORE", "BUY_NOW", "SHOP_NOW"),
}
_PARENT = re.compile(r"urn:li:(?:share|ugcPost):\d+")

EDITABLE = {
    "commentary",
    "contentCallToActionLabel",
    "contentLandingPage",
    "lifecycleState",
    "adContext",
}
_EDITABLE_OF_ADS = {"dscName", "dscStatus"}
_OF_ADS = {*_EDITABLE_OF_ADS, "dscAdAccount", "dscAdType", "isDsc", "objective"}


def check_post(body: dict[str, Any]) -> dict[str, Any]:
    """The body as a post that could be created, or a refusal that names what is wrong."""
    _check_fields(body)
    _check_distribution(body["distribution"])
    _check_length(body["commentary"])
    check_content(body.get("content", {}), is_sponsored="adContext" in body)
    _check_reshare(body.get("reshareContext"))
    _check_sponsored(body)
    if not (body["commentary"] or body.get("content") or body.get("reshareContext")):
        raise bad_schema("/commentary", "a post needs text, content or a reshared post")
    return body


def changed(body: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """A post with a patch applied; refuses what was for its creation only."""
    of_ads = patch.get("adContext", {})
    if patch.keys() - {"$set", "adContext"} or not isinstance(of_ads, dict):
        raise bad_schema("/patch", "unrecognized field found but not allowed")
    values = _set_of(patch, "/patch", EDITABLE)
    whole = values.pop("adContext", {})
    if not isinstance(whole, dict):
        raise bad_schema("/patch/$set/adContext", "is not a record")
    ads = _set_of(of_ads, "/patch/adContext", _EDITABLE_OF_ADS) | whole
    if body["lifecycleState"] == "PUBLISHED" and values.get("lifecycleState") == "DRAFT":
        raise bad_schema("/patch/$set/lifecycleState", "a published post cannot become a draft")
    merged = {**body, **values}
    return check_post(merged | ({"adContext": {**body.get("adContext", {}), **ads}} if ads else {}))


def too_long(what: str, length: int, path: str) -> Refusal:
    """The refusal of a text over the limit."""
    return invalid_input(
        400,
        "FIELD_ARRAY_SIZE_TOO_HIGH",
        f"{what} text length ({length} characters) exceeded the maximum allowed "
        f"({COMMENTARY_LIMIT} characters)",
        path=path,
        maxLength=COMMENTARY_LIMIT,
    )


def unpermitted_author() -> Refusal:
    """The 403 for an author whom the member may not write as."""
    message = (
        "Unpermitted fields present in REQUEST_BODY: Data Processing Exception while "
        "processing fields [/author]"
    )
    return gateway(403, message, service_code=100, code="ACCESS_DENIED")


def _set_of(patch: dict[str, Any], path: str, allowed: set[str]) -> dict[str, Any]:
    values = patch.get("$set", {})
    if not isinstance(values, dict):
        raise bad_schema(f"{path}/$set", "is not a record")
    for name in values:
        if name not in allowed:
            message = f"Field {path}/$set/{name} is create only or read only"
            raise invalid_input(400, "PARAM_INVALID", message, path=f"/{name}")
    return dict(values)


def _check_fields(body: dict[str, Any]) -> None:
    for name in body:
        if name not in _REQUIRED and name not in _OPTIONAL:
            raise bad_schema(f"/{name}", "unrecognized field found but not allowed")
    for name in _REQUIRED:
        if name not in body:
            raise missing(f"/{name}")
    for name, kind in (_REQUIRED | _OPTIONAL).items():
        if name in body and not isinstance(body[name], kind):
            raise bad_schema(f"/{name}", f"{body[name]!r} cannot be coerced to {kind.__name__}")
    for name, choices in _CHOICES.items():
        if body[name] not in choices:
            raise bad_schema(f"/{name}", f'"{body[name]}" is not an enum symbol')
    label = body.get("contentCallToActionLabel")
    if label is not None and label not in _CALLS_TO_ACTION:
        raise bad_schema("/contentCallToActionLabel", f'"{label}" is not an enum symbol')


def _check_distribution(distribution: dict[str, Any]) -> None:
    for name in distribution:
        if name not in _DISTRIBUTION:
            path = f"/distribution/{name}"
            raise bad_schema(path, "unrecognized field found but not allowed")
    if distribution.get("feedDistribution") not in ("MAIN_FEED", "NONE"):
        raise bad_schema("/distribution/feedDistribution", "is not an enum symbol")


def _check_length(commentary: str) -> None:
    # Counted as sent and in UTF-16 units, as Java does: the least that LinkedIn may allow.
    length = len(commentary.encode("utf-16-le")) // 2
    if length > COMMENTARY_LIMIT:
        raise too_long("Post commentary", length, "/commentary")


def _check_reshare(context: dict[str, Any] | None) -> None:
    if context is not None and not _PARENT.fullmatch(str(context.get("parent", ""))):
        raise bad_schema("/reshareContext/parent", "is not the URN of a post")


def _check_sponsored(body: dict[str, Any]) -> None:
    """A post that is in no feed is direct sponsored content: a page's, for an ad account."""
    ads = body.get("adContext", {})
    for name in ads:
        if name not in _OF_ADS:
            raise bad_schema(f"/adContext/{name}", "unrecognized field found but not allowed")
    if body["distribution"]["feedDistribution"] != "NONE" and not ads:
        return
    if not body["author"].startswith(ORGANISATION):
        raise _of_dsc("/author", "Direct sponsored content needs an organization as its author")
    for name in ("dscAdAccount", "dscStatus"):
        if not ads.get(name):
            raise _of_dsc(f"/adContext/{name}", f"adContext.{name} is required for a DSC")


def _of_dsc(path: str, message: str) -> Refusal:
    return invalid_input(400, "MISSING_REQUIRED_FIELD_FOR_DSC", message, path=path)
