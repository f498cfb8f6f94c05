"""Uploads what a post shows. An upload is no action: nobody sees it, so it may be repeated."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from services.profile.actions.files import Files, FileUnreadable, FileWrong, in_parts
from services.profile.actions.kinds import (
    ArticleContent,
    Content,
    DocumentContent,
    ImageContent,
    Media,
    MultiImageContent,
    PollContent,
    VideoContent,
)
from services.profile.actions.model import AttemptState, Known
from services.profile.actions.outcomes import NOT_SENT, THROTTLED
from services.profile.linkedin.errors import (
    LinkedInError,
    LinkedInRefused,
    LinkedInThrottled,
    LinkedInUnavailable,
)
from services.profile.linkedin.model import ArticleLink, Asset, Pictures, Poll, PostContent
from services.profile.linkedin.redaction import impersonal
from services.profile.linkedin.uploads import AssetKind, AssetState, Ticket, Uploads

TRIES = 3
PAUSE_SECONDS = 0.5
FILE_WRONG = "media_wrong"
"""The file is gone, or is not the one that was meant: it did not happen."""
PROCESSING_FAILED = "media_processing_failed"
"""LinkedIn cannot use the file: it did not happen."""


class Unprepared(Exception):
    """A post cannot be sent, because what it shows could not be uploaded."""

    def __init__(self, known: Known) -> None:
        super().__init__(known.error_code)
        self.known = known


@dataclass(frozen=True, slots=True)
class Patience:
    """How long LinkedIn is given to work on a file."""

    looks_ms: tuple[int, ...] = (250, 500, 1_000, 2_000, *((5_000,) * 55))
    """Pauses after each look at whether it can be used; a long video takes minutes."""
    hidden_ms: int = 3_000
    """For a file that the token may not look at: images and documents mostly take less."""


class Preparing:
    """Uploads from our store to LinkedIn."""

    def __init__(self, uploads: Uploads, files: Files, patience: Patience) -> None:
        self._uploads = uploads
        self._files = files
        self._patience = patience

    async def prepared(
        self, token: str, owner_urn: str, content: Content | None
    ) -> PostContent | None:
        """The content in LinkedIn's terms, uploaded and usable. Raises Unprepared."""
        try:
            return await self._prepared(token, owner_urn, content)
        except (FileUnreadable, FileWrong, LinkedInError) as failed:
            raise Unprepared(_known(failed)) from failed

    async def _prepared(  # noqa: PLR0911 - one line for each kind
        self, token: str, owner: str, content: Content | None
    ) -> PostContent | None:
        match content:
            case None:
                return None
            case PollContent():
                return Poll(content.question, content.options, content.duration.value)
            case ArticleContent():
                return await self._article(token, owner, content)
            case ImageContent():
                with _about("image"):
                    return await self._image(token, owner, content)
            case MultiImageContent(images=images):
                return Pictures(await self._images(token, owner, images))
            case DocumentContent(media=media, title=title):
                with _about("document"):
                    return Asset(await self._upload(token, owner, AssetKind.DOCUMENT, media), title)
            case VideoContent(media=media, title=title):
                with _about("video"):
                    return Asset(await self._upload(token, owner, AssetKind.VIDEO, media), title)

    async def _article(self, token: str, owner: str, article: ArticleContent) -> ArticleLink:
        thumbnail = ""
        if article.thumbnail is not None:
            with _about("article.thumbnail"):
                thumbnail = await self._upload(token, owner, AssetKind.IMAGE, article.thumbnail)
        return ArticleLink(article.url, article.title, article.description, thumbnail)

    async def _images(
        self, token: str, owner: str, images: tuple[ImageContent, ...]
    ) -> tuple[Asset, ...]:
        assets = []
        for number, image in enumerate(images):
            with _about(f"multi_image.images[{number}]"):
                assets.append(await self._image(token, owner, image))
        return tuple(assets)

    async def _image(self, token: str, owner: str, image: ImageContent) -> Asset:
        urn = await self._upload(token, owner, AssetKind.IMAGE, image.media)
        return Asset(urn, alt_text=image.alt_text)

    async def _upload(self, token: str, owner: str, kind: AssetKind, media: Media) -> str:
        """Upload a file, wait until LinkedIn can use it, and return its URN."""

        async def once() -> str:
            ticket = await self._uploads.begin(token, kind, owner, media.size_bytes)
            await self._put(token, ticket, media)
            return ticket.urn

        urn = await _again(once)
        await self._wait_until_usable(token, kind, urn)
        return urn

    async def _put(self, token: str, ticket: Ticket, media: Media) -> None:
        if ticket.kind is not AssetKind.VIDEO:
            chunks = self._files.chunks(media)
            await self._uploads.put(
                token, ticket.parts[0].url, chunks, media.size_bytes, media.content_type
            )
            return
        tags = []
        sizes = [part.size_bytes for part in ticket.parts]
        parts = iter(ticket.parts)
        async for content in in_parts(self._files.chunks(media), sizes):
            url = next(parts).url

            async def once(url: str = url, content: bytes = content) -> str:
                return await self._uploads.put(
                    token, url, content, len(content), media.content_type
                )

            tags.append(await _again(once))
        await self._uploads.finish(token, ticket, tags)

    async def _wait_until_usable(self, token: str, kind: AssetKind, urn: str) -> None:
        for delay_ms in self._patience.looks_ms:
            looked = await self._uploads.look(token, kind, urn)
            match looked.state:
                case AssetState.AVAILABLE:
                    return None
                case AssetState.HIDDEN:
                    return await asyncio.sleep(self._patience.hidden_ms / 1000)
                case AssetState.FAILED:
                    reason = looked.failure or "no reason given"
                    message = f"LinkedIn could not process the file: {reason}"
                    raise LinkedInRefused(HTTPStatus.OK, PROCESSING_FAILED, message)
            await asyncio.sleep(delay_ms / 1000)
        raise LinkedInUnavailable("still processing")


@contextmanager
def _about(field: str) -> Iterator[None]:
    """Let what is wrong with a file name the field in which it was given."""
    try:
        yield
    except FileWrong as wrong:
        raise FileWrong(f"{field}: {wrong}") from None
    except LinkedInRefused as refused:
        if refused.code != PROCESSING_FAILED:
            raise
        message = f"{field}: {refused.message}"
        raise LinkedInRefused(refused.status, refused.code, message) from None


async def _again(work: Callable[[], Awaitable[str]]) -> str:
    """Do it, up to `TRIES` times while LinkedIn is away."""
    for _ in range(TRIES - 1):
        try:
            return await work()
        except LinkedInUnavailable:
            await asyncio.sleep(PAUSE_SECONDS)
    return await work()


def _known(failed: Exception) -> Known:
    """What a failed preparation means: in no case was the post sent."""
    match failed:
        case LinkedInThrottled(until=until):
            return Known(
                AttemptState.REJECTED,
                status_code=HTTPStatus.TOO_MANY_REQUESTS,
                error_code=THROTTLED,
                retry_at=until,
            )
        case LinkedInRefused(status=status, code=code, message=message):
            return Known(
                AttemptState.REJECTED,
                status_code=status,
                error_code=code or f"HTTP_{status}",
                error_message=impersonal(message),
            )
        case FileWrong():
            return Known(AttemptState.REJECTED, error_code=FILE_WRONG, error_message=str(failed))
        case _:
            message = f"a file could not be uploaded: {failed}"
            return Known(AttemptState.REJECTED, error_code=NOT_SENT, error_message=message)
