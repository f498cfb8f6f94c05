"""What an action must fulfil beside the shape of its message."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from services.kernel.errors import InvalidRequest
from services.profile.actions.errors import ProductMissing
from services.profile.actions.kinds import (
    Action,
    ArticleContent,
    Content,
    DocumentContent,
    ImageContent,
    Media,
    MultiImageContent,
    PublishPost,
    SendInvitation,
    SendMessage,
    VideoContent,
)

IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif")
DOCUMENT_TYPES = (
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)
VIDEO_TYPES = ("video/mp4",)
LARGEST_DOCUMENT_BYTES = 100_000_000
SMALLEST_VIDEO_BYTES = 75_000
"""What LinkedIn takes.
Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/documents-api
and https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api"""

Violations = Iterator[tuple[str, str]]


class Rules:
    """The rules of one deployment."""

    def __init__(self, store_url: str, partner_products: tuple[str, ...]) -> None:
        """Files come from below `store_url`; `partner_products` are open by contract."""
        self._store = urlsplit(store_url.rstrip("/") + "/")
        self._products = frozenset(partner_products)

    def check(self, action: Action) -> None:
        """Raises InvalidRequest, which names the fields, or ProductMissing."""
        if isinstance(action, PublishPost):
            violations = dict(self._of_post(action))
            if violations:
                raise InvalidRequest(violations)
        product = _PRODUCTS.get(type(action))
        if product is not None and product not in self._products:
            raise ProductMissing(product=product)

    def _of_post(self, post: PublishPost) -> Violations:
        if not post.text.strip() and post.content is None:
            yield "publish_post.text", "must not be empty in a post without content"
        for field, media, types in _files_of(post.content):
            path = f"publish_post.{field}"
            if media.content_type not in types:
                yield f"{path}.content_type", f"must be one of {', '.join(types)}"
            if not self._is_ours(media.url):
                yield f"{path}.url", "must be an address in our own store"
            if types is DOCUMENT_TYPES and media.size_bytes > LARGEST_DOCUMENT_BYTES:
                yield f"{path}.size_bytes", f"must be at most {LARGEST_DOCUMENT_BYTES}"
            if types is VIDEO_TYPES and media.size_bytes < SMALLEST_VIDEO_BYTES:
                yield f"{path}.size_bytes", f"must be at least {SMALLEST_VIDEO_BYTES}"

    def _is_ours(self, url: str) -> bool:
        """Nobody makes this process fetch from elsewhere in the network."""
        try:
            given = urlsplit(url)
            is_same_server = (given.scheme, given.netloc) == (
                self._store.scheme,
                self._store.netloc,
            )
        except ValueError:
            return False
        is_below = given.path.startswith(self._store.path) and "/../" not in given.path
        return is_same_server and is_below


_PRODUCTS: Mapping[type, str] = {SendInvitation: "invitations", SendMessage: "messages"}
"""What takes a contract with LinkedIn, not a scope."""


def _files_of(content: Content | None) -> Iterator[tuple[str, Media, tuple[str, ...]]]:
    """The field, file and allowed types of each file."""
    match content:
        case ImageContent(media=media):
            yield "image.media", media, IMAGE_TYPES
        case MultiImageContent(images=images):
            for number, image in enumerate(images):
                yield f"multi_image.images[{number}].media", image.media, IMAGE_TYPES
        case DocumentContent(media=media):
            yield "document.media", media, DOCUMENT_TYPES
        case VideoContent(media=media):
            yield "video.media", media, VIDEO_TYPES
        case ArticleContent(thumbnail=Media() as media):
            yield "article.thumbnail", media, IMAGE_TYPES
