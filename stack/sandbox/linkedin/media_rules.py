"""What LinkedIn can process, judged by the bytes that were uploaded, whatever they are called.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api
and its sisters documents-api and videos-api
"""

from collections.abc import Callable
from typing import IO

from stack.sandbox.linkedin import media_formats as formats
from stack.sandbox.linkedin.media_formats import Unreadable

PIXELS_LIMIT = 36_152_320
"""An image has fewer."""
MOST_FRAMES = 250
MOST_PAGES = 300
SMALLEST_VIDEO_BYTES = 75_000
SHORTEST_VIDEO_SECONDS = 3
LONGEST_VIDEO_SECONDS = 30 * 60

Rule = Callable[[IO[bytes]], str]


def failure_of(kind: str, content: IO[bytes]) -> str:
    """Why an upload to the resource `kind` cannot be processed; "" when it can."""
    try:
        return _RULES[kind](content)
    except Unreadable as unreadable:
        return f"UNSUPPORTED_FORMAT: {unreadable}"


def _image(content: IO[bytes]) -> str:
    image = formats.read_image(content)
    if image.pixels >= PIXELS_LIMIT:
        return f"TOO_MANY_PIXELS: {image.pixels}, and fewer than {PIXELS_LIMIT} are allowed"
    if image.frames > MOST_FRAMES:
        return f"TOO_MANY_FRAMES: {image.frames}, and at most {MOST_FRAMES} are allowed"
    return ""


def _document(content: IO[bytes]) -> str:
    pages = formats.count_pages(content)
    if pages > MOST_PAGES:
        return f"TOO_MANY_PAGES: {pages}, and at most {MOST_PAGES} are allowed"
    return ""


def _video(content: IO[bytes]) -> str:
    size_bytes = content.seek(0, 2)
    if size_bytes < SMALLEST_VIDEO_BYTES:
        return f"TOO_SMALL: {size_bytes} bytes, and at least {SMALLEST_VIDEO_BYTES} are needed"
    seconds = formats.video_seconds(content)
    if not SHORTEST_VIDEO_SECONDS <= seconds <= LONGEST_VIDEO_SECONDS:
        allowed = f"{SHORTEST_VIDEO_SECONDS} to {LONGEST_VIDEO_SECONDS} are allowed"
        return f"WRONG_LENGTH: {seconds:g} seconds, and {allowed}"
    return ""


def _either(content: IO[bytes]) -> str:
    """The older way to upload is one for images and videos."""
    return _video(content) if formats.is_mp4(content) else _image(content)


_RULES: dict[str, Rule] = {
    "images": _image,
    "documents": _document,
    "videos": _video,
    "assets": _either,
}
