"""What a post can show besides its text: one of media, article, several images, a poll.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

import re
from collections.abc import Callable
from typing import Any

from stack.sandbox.linkedin.refusals import Refusal, bad_schema, invalid_input

POLL_DURATIONS = ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")
LONGEST_QUESTION = 140
LONGEST_OPTION = 30
LONGEST_TITLE = 400
LONGEST_ALT_TEXT = 4_086

_POLL_OPTIONS = range(2, 5)
_IMAGES = range(2, 21)
_MEDIA = re.compile(r"urn:li:(image|video|document|digitalmediaAsset):[A-Za-z0-9_-]+")
_IMAGE = re.compile(r"urn:li:(image|digitalmediaAsset):[A-Za-z0-9_-]+")
_WEB = re.compile(r"https?://[^\s/]+\S*")


def check_content(content: dict[str, Any], *, is_sponsored: bool) -> None:
    """Refuse content that LinkedIn would not take."""
    if not content:
        return
    if len(content) > 1 or not content.keys() <= _CHECKS.keys():
        raise bad_schema("/content", "exactly one kind of content is allowed")
    ((kind, value),) = content.items()
    if not isinstance(value, dict):
        raise bad_schema(f"/content/{kind}", "is not a record")
    if kind == "carousel" and not is_sponsored:
        message = "Carousel content is allowed in sponsored posts only"
        raise invalid_input(400, "PARAM_INVALID", message, path="/content/carousel")
    _CHECKS[kind](value)


def media_of(content: dict[str, Any]) -> list[str]:
    """The URNs of everything uploaded that the content shows."""
    shown = [content.get("media", {}), *content.get("multiImage", {}).get("images", [])]
    urns = [str(asset["id"]) for asset in shown if "id" in asset]
    thumbnail = content.get("article", {}).get("thumbnail")
    return [*urns, str(thumbnail)] if thumbnail else urns


def missing(path: str) -> Refusal:
    """The refusal of a body that lacks a field."""
    return bad_schema(path, "field is required but not found and has no default value")


def _check_article(article: dict[str, Any]) -> None:
    _check_names(article, "/content/article", {"source", "title", "description", "thumbnail"})
    for name in ("source", "title"):
        if not isinstance(article.get(name), str) or not article[name]:
            raise missing(f"/content/article/{name}")
    if not _WEB.fullmatch(article["source"]):
        raise bad_schema("/content/article/source", "is not the address of a web page")
    _check_length("/content/article/title", article["title"], LONGEST_TITLE)
    thumbnail = article.get("thumbnail")
    if thumbnail is not None and not _IMAGE.fullmatch(str(thumbnail)):
        raise bad_schema("/content/article/thumbnail", "is not the URN of an image")


def _check_poll(poll: dict[str, Any]) -> None:
    question, options = poll.get("question"), poll.get("options")
    if not isinstance(question, str) or not question or not isinstance(options, list):
        raise bad_schema("/content/poll", "a question and options are required")
    if len(options) not in _POLL_OPTIONS:
        raise bad_schema("/content/poll/options", "two to four options are allowed")
    _check_length("/content/poll/question", question, LONGEST_QUESTION)
    for number, option in enumerate(options):
        text = option.get("text") if isinstance(option, dict) else None
        if not isinstance(text, str) or not text:
            raise missing(f"/content/poll/options/{number}/text")
        _check_length(f"/content/poll/options/{number}/text", text, LONGEST_OPTION)
    settings = poll.get("settings")
    if not isinstance(settings, dict) or settings.get("duration") not in POLL_DURATIONS:
        raise bad_schema("/content/poll/settings/duration", "is not an enum symbol")


def _check_media(media: dict[str, Any]) -> None:
    _check_asset("/content/media", media, _MEDIA)


def _check_images(multi_image: dict[str, Any]) -> None:
    images = multi_image.get("images")
    if not isinstance(images, list) or len(images) not in _IMAGES:
        raise bad_schema("/content/multiImage/images", "2 to 20 images are allowed")
    for number, image in enumerate(images):
        _check_asset(f"/content/multiImage/images/{number}", image, _IMAGE)


def _check_carousel(carousel: dict[str, Any]) -> None:
    if not isinstance(carousel.get("cards"), list):
        raise missing("/content/carousel/cards")


def _check_asset(path: str, asset: object, urns: re.Pattern[str]) -> None:
    if not isinstance(asset, dict):
        raise bad_schema(path, "is not a record")
    _check_names(asset, path, {"id", "title", "altText"})
    if not isinstance(asset.get("id"), str):
        raise missing(f"{path}/id")
    if not urns.fullmatch(asset["id"]):
        raise bad_schema(f"{path}/id", f"{asset['id']!r} is not the URN of an upload")
    _check_length(f"{path}/altText", asset.get("altText", ""), LONGEST_ALT_TEXT)


def _check_names(record: dict[str, Any], path: str, known: set[str]) -> None:
    for name, value in record.items():
        if name not in known:
            raise bad_schema(f"{path}/{name}", "unrecognized field found but not allowed")
        if not isinstance(value, str):
            raise bad_schema(f"{path}/{name}", f"{value!r} cannot be coerced to str")


def _check_length(path: str, text: str, longest: int) -> None:
    if len(text) > longest:
        message = (
            f"Text length ({len(text)} characters) exceeded the maximum allowed "
            f"({longest} characters)"
        )
        raise invalid_input(400, "FIELD_ARRAY_SIZE_TOO_HIGH", message, path=path, maxLength=longest)


_CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "article": _check_article,
    "poll": _check_poll,
    "media": _check_media,
    "multiImage": _check_images,
    "carousel": _check_carousel,
}
