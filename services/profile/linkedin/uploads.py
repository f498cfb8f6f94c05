"""Uploads of pictures, documents and videos. Nobody sees them: a failed one is begun anew.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api
and its sisters documents-api and videos-api
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

import httpx

from services.profile.linkedin.errors import AccessDenied, LinkedInUnavailable
from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.restli import path_key


class AssetKind(StrEnum):
    """What is uploaded: the name of its resource."""

    IMAGE = "images"
    DOCUMENT = "documents"
    VIDEO = "videos"


class AssetState(Enum):
    """Whether an upload can be used."""

    AVAILABLE = "it can"
    PROCESSING = "not yet"
    FAILED = "it never will"
    HIDDEN = "this token may not see it"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at an upload showed; `failure` is why LinkedIn cannot use it, where it says."""

    state: AssetState
    failure: str = ""


_STATES = {"AVAILABLE": AssetState.AVAILABLE, "PROCESSING_FAILED": AssetState.FAILED}
_NAMES = {AssetKind.IMAGE: "image", AssetKind.DOCUMENT: "document", AssetKind.VIDEO: "video"}


@dataclass(frozen=True, slots=True)
class Part:
    """Where some of the bytes go."""

    url: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """An upload that has been allowed; the parts, in order, are the whole file."""

    kind: AssetKind
    urn: str
    parts: tuple[Part, ...]
    upload_token: str = ""
    """LinkedIn's, for the end of a video's upload; may be empty."""


class Uploads:
    """`/rest/images`, `/rest/documents`, `/rest/videos`. All raise LinkedInErrors."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._base_url = f"{api_url}/"
        self._url = f"{api_url}/rest"

    async def begin(self, token: str, kind: AssetKind, owner_urn: str, size_bytes: int) -> Ticket:
        """Ask where a file goes that `owner_urn` will post."""
        wanted: dict[str, Any] = {"owner": owner_urn}
        if kind is AssetKind.VIDEO:
            wanted |= {
                "fileSizeBytes": size_bytes,
                "uploadCaptions": False,
                "uploadThumbnail": False,
            }
        return await self._exchange.act(
            f"{self._url}/{kind}?action=initializeUpload",
            token,
            {"initializeUploadRequest": wanted},
            lambda answer: self._checked(_ticket(kind, answer["value"], size_bytes)),
            endpoint=f"/rest/{kind}?action=initializeUpload",
        )

    async def put(
        self,
        token: str,
        url: str,
        content: bytes | AsyncIterator[bytes],
        size_bytes: int,
        content_type: str,
    ) -> str:
        """Send bytes to where LinkedIn wants them; returns their tag, "" when it gives none."""
        return await self._exchange.put(url, token, content, size_bytes, content_type)

    async def finish(self, token: str, ticket: Ticket, tags: list[str]) -> None:
        """End a video's upload; `tags` are those of its parts, in order."""
        wanted = {
            "video": ticket.urn,
            "uploadToken": ticket.upload_token,
            "uploadedPartIds": tags,
        }
        await self._exchange.act(
            f"{self._url}/{ticket.kind}?action=finalizeUpload",
            token,
            {"finalizeUploadRequest": wanted},
            lambda _: None,
            endpoint=f"/rest/{ticket.kind}?action=finalizeUpload",
        )

    async def look(self, token: str, kind: AssetKind, urn: str) -> Looked:
        """Whether a post may show it. A member's token may mostly not look at images."""
        try:
            return await self._exchange.read(
                f"{self._url}/{kind}/{path_key(urn)}",
                token,
                _looked,
                endpoint=f"/rest/{kind}/{{urn}}",
            )
        except AccessDenied:
            return Looked(AssetState.HIDDEN)
        except LinkedInUnavailable:
            return Looked(AssetState.PROCESSING)

    def _checked(self, ticket: Ticket) -> Ticket:
        """The bytes and the token that goes with them are for LinkedIn. Raises ValueError."""
        for part in ticket.parts:
            url = httpx.URL(part.url)
            is_linkedin = url.scheme == "https" and url.host.endswith(".linkedin.com")
            if not is_linkedin and not part.url.startswith(self._base_url):
                raise ValueError("an upload leads elsewhere")
        return ticket


def _looked(answer: Mapping[str, Any]) -> Looked:
    state = _STATES.get(answer["status"], AssetState.PROCESSING)
    return Looked(state, str(answer.get("processingFailureReason") or ""))


def _ticket(kind: AssetKind, value: Mapping[str, Any], size_bytes: int) -> Ticket:
    urn = value[_NAMES[kind]]
    if kind is not AssetKind.VIDEO:
        return Ticket(kind, urn, (Part(value["uploadUrl"], size_bytes),))
    instructions = sorted(value["uploadInstructions"], key=lambda each: int(each["firstByte"]))
    parts = tuple(
        Part(each["uploadUrl"], int(each["lastByte"]) - int(each["firstByte"]) + 1)
        for each in instructions
    )
    if sum(part.size_bytes for part in parts) != size_bytes:
        raise ValueError("the parts are not the file")
    return Ticket(kind, urn, parts, value.get("uploadToken") or "")
