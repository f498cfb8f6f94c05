"""What LinkedIn demands of a post.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

import re
from typing import Any

from stack.sandbox.linkedin.refusals import bad_schema, gateway, invalid_input

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
_CONTENT = {"media", "article", "multiImage", "poll", "carousel"}
_DURATIONS = ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")
_POLL_OPTIONS = range(2, 5)
_PARENT = re.compile(r"urn:li:(?:share|ugcPost):\d+")


def check_post(body: object, member_urn: str) -> dict[str, Any]:
    """The body as a post that this member may create, or a refusal that names what is wrong."""
    if not isinstance(body, dict):
        raise gateway(400, "Bad request body", code="BAD_REQUEST")
    _check_fields(body)
    _check_distribution(body["distribution"])
    _check_author(body["author"], member_urn)
    _check_length(body["commentary"])
    _check_content(body.get("content", {}))
    _check_reshare(body.get("reshareContext"))
    if not (body["commentary"] or body.get("content") or body.get("reshareContext")):
        raise bad_schema("/commentary", "a post needs text, content or a reshared post")
    return body


def _check_fields(body: dict[str, Any]) -> None:
    for name in body:
        if name not in _REQUIRED and name not in _OPTIONAL:
            raise bad_schema(f"/{name}", "unrecognized field found but not allowed")
    for name in _REQUIRED:
        if name not in body:
            trouble = "field is required but not found and has no default value"
            raise bad_schema(f"/{name}", trouble)
    for name, kind in (_REQUIRED | _OPTIONAL).items():
        if name in body and not isinstance(body[name], kind):
            raise bad_schema(f"/{name}", f"{body[name]!r} cannot be coerced to {kind.__name__}")
    for name, choices in _CHOICES.items():
        if body[name] not in choices:
            raise bad_schema(f"/{name}", f'"{body[name]}" is not an enum symbol')


def _check_distribution(distribution: dict[str, Any]) -> None:
    for name in distribution:
        if name not in _DISTRIBUTION:
            path = f"/distribution/{name}"
            raise bad_schema(path, "unrecognized field found but not allowed")
    if distribution.get("feedDistribution") not in ("MAIN_FEED", "NONE"):
        raise bad_schema("/distribution/feedDistribution", "is not an enum symbol")


def _check_author(author: str, member_urn: str) -> None:
    if author != member_urn:
        message = (
            "Unpermitted fields present in REQUEST_BODY: Data Processing Exception while "
            "processing fields [/author]"
        )
        raise gateway(403, message, service_code=100, code="ACCESS_DENIED")


def _check_length(commentary: str) -> None:
    # Counted as sent and in UTF-16 units, as Java does: the least that LinkedIn may allow.
    try:
        length = len(commentary.encode("utf-16-le")) // 2
    except UnicodeEncodeError:  # half of a pair, which JSON can spell and UTF-8 cannot
        raise gateway(400, "Cannot parse request entity", code="BAD_REQUEST") from None
    if length > COMMENTARY_LIMIT:
        raise invalid_input(
            400,
            "FIELD_ARRAY_SIZE_TOO_HIGH",
            f"Post commentary text length ({length} characters) exceeded the maximum allowed "
            f"({COMMENTARY_LIMIT} characters)",
            path="/commentary",
            maxLength=COMMENTARY_LIMIT,
        )


def _check_content(content: dict[str, Any]) -> None:
    if not content:
        return
    if len(content) > 1 or not content.keys() <= _CONTENT:
        raise bad_schema("/content", "exactly one kind of content is allowed")
    ((kind, value),) = content.items()
    if not isinstance(value, dict):
        raise bad_schema(f"/content/{kind}", "is not a record")
    _CONTENT_CHECKS[kind](value)


def _check_article(article: dict[str, Any]) -> None:
    for name in ("source", "title"):
        if not isinstance(article.get(name), str) or not article[name]:
            trouble = "field is required but not found and has no default value"
            raise bad_schema(f"/content/article/{name}", trouble)


def _check_poll(poll: dict[str, Any]) -> None:
    options = poll.get("options")
    if not poll.get("question") or not isinstance(options, list):
        raise bad_schema("/content/poll", "a question and options are required")
    if len(options) not in _POLL_OPTIONS:
        raise bad_schema("/content/poll/options", "two to four options are allowed")
    settings = poll.get("settings")
    if not isinstance(settings, dict) or settings.get("duration") not in _DURATIONS:
        raise bad_schema("/content/poll/settings/duration", "is not an enum symbol")


def _refuse_media(_: dict[str, Any]) -> None:
    # There is no upload here yet, so whatever is named was never uploaded.
    message = "The media named does not exist or is not AVAILABLE"
    raise invalid_input(400, "PARAM_INVALID", message, path="/content")


def _refuse_carousel(_: dict[str, Any]) -> None:
    message = "Carousel content is allowed in sponsored posts only"
    raise invalid_input(400, "PARAM_INVALID", message, path="/content/carousel")


_CONTENT_CHECKS = {
    "article": _check_article,
    "poll": _check_poll,
    "media": _refuse_media,
    "multiImage": _refuse_media,
    "carousel": _refuse_carousel,
}


def _check_reshare(context: dict[str, Any] | None) -> None:
    if context is not None and not _PARENT.fullmatch(str(context.get("parent", ""))):
        raise bad_schema("/reshareContext/parent", "is not the URN of a post")
