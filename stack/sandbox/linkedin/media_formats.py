"""As much of each format of media as it takes to know what it is, how large and how long."""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

_PNG = b"\x89PNG\r\n\x1a\n"
_GIFS = (b"GIF87a", b"GIF89a")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# The markers that begin a frame; C4, C8 and CC among them mean something else.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PDF_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
_PDF_COUNT = re.compile(rb"/Count\s+(\d{1,9})\b")
_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")
_WORD_PAGES = re.compile(rb"<Pages>(\d{1,9})</Pages>")

# `zipfile` lets through whatever a broken archive makes its parts raise.
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError)


class Unreadable(Exception):
    """The bytes are of no format that is allowed; the text says which are."""


@dataclass(frozen=True, slots=True)
class Image:
    """How large an image is."""

    width: int
    height: int
    frames: int = 1

    @property
    def pixels(self) -> int:
        """Of one frame."""
        return self.width * self.height


def read_image(content: IO[bytes]) -> Image:
    """A JPG, GIF or PNG. Raises Unreadable."""
    head = _start(content, 33)
    try:
        if head.startswith(_PNG) and head[12:16] == b"IHDR":
            return Image(*struct.unpack(">II", head[16:24]))
        if head.startswith(_GIFS):
            return _gif(content)
        if head.startswith(b"\xff\xd8"):
            return _jpeg(content)
    except (struct.error, IndexError):
        pass
    raise Unreadable("not a whole JPG, GIF or PNG")


def count_pages(content: IO[bytes]) -> int:
    """Pages of a PDF, DOC, DOCX, PPT or PPTX, 0 where they are not told. Raises Unreadable."""
    head = _start(content, 1024)
    if b"%PDF-" in head:
        return _pdf_pages(content)
    if head.startswith(b"PK"):
        return _office_pages(content)
    if head.startswith(_OLE):
        return 0
    raise Unreadable("not a PDF, DOC, DOCX, PPT or PPTX")


def is_mp4(content: IO[bytes]) -> bool:
    """Whether it begins as an MP4 does."""
    return _start(content, 8)[4:] == b"ftyp"


def video_seconds(content: IO[bytes]) -> float:
    """How long an MP4 is. Raises Unreadable."""
    try:
        if is_mp4(content):
            end = content.seek(0, 2)
            begin, end = _box(content, b"moov", 0, end)
            begin, _ = _box(content, b"mvhd", begin, end)
            return _movie_seconds(_at(content, begin, 32))
    except (struct.error, ZeroDivisionError):
        pass
    raise Unreadable("not a whole MP4")


def _gif(content: IO[bytes]) -> Image:
    width, height, flags = struct.unpack("<HHB", _at(content, 6, 5))
    content.seek(13 + _colors(flags))
    frames = 0
    while (kind := content.read(1)) != b";":
        if kind == b"!":
            content.read(1)
        elif kind == b",":
            frames += 1
            content.seek(_colors(content.read(9)[8]) + 1, 1)
        else:
            raise Unreadable("not a whole GIF")
        while length := content.read(1)[0]:
            content.seek(length, 1)
    return Image(width, height, frames)


def _colors(flags: int) -> int:
    """Bytes of the table of colours that these flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _jpeg(content: IO[bytes]) -> Image:
    content.seek(2)
    while True:
        marker, length = struct.unpack(">HH", content.read(4))
        if marker >> 8 != 0xFF or length < 2:
            raise Unreadable("not a whole JPG")
        if marker & 0xFF in _JPEG_FRAMES:
            height, width = struct.unpack(">xHH", content.read(5))
            return Image(width, height)
        content.seek(length - 2, 1)


def _pdf_pages(content: IO[bytes]) -> int:
    content.seek(0)
    whole = content.read()
    # Newer PDFs compress their pages; the count of the tree is then mostly still to be seen.
    counts = [int(found) for found in _PDF_COUNT.findall(whole)]
    return max([len(_PDF_PAGE.findall(whole)), *counts])


def _office_pages(content: IO[bytes]) -> int:
    try:
        with zipfile.ZipFile(content) as archive:
            names = set(archive.namelist())
            if "ppt/presentation.xml" in names:
                return sum(bool(_SLIDE.fullmatch(name)) for name in names)
            if "word/document.xml" in names:
                told = archive.read("docProps/app.xml") if "docProps/app.xml" in names else b""
                found = _WORD_PAGES.search(told)
                return int(found[1]) if found else 0
    except _BROKEN_ZIP:
        pass
    raise Unreadable("not a whole DOCX or PPTX")


def _box(content: IO[bytes], name: bytes, begin: int, end: int) -> tuple[int, int]:
    """Where the content of an MP4's box begins and ends."""
    while begin < end:
        size, kind = struct.unpack(">I4s", _at(content, begin, 8))
        head = 8
        if size == 1:  # the length is too large for four bytes
            (size,) = struct.unpack(">Q", content.read(8))
            head = 16
        size = size or end - begin
        if size < head:
            break
        if kind == name:
            return begin + head, min(begin + size, end)
        begin += size
    raise Unreadable("not a whole MP4")


def _movie_seconds(header: bytes) -> float:
    layout = ">20xIQ" if header[:1] == b"\x01" else ">12xII"
    scale, duration = struct.unpack_from(layout, header)
    seconds: float = duration / scale
    return seconds


def _start(content: IO[bytes], size: int) -> bytes:
    return _at(content, 0, size)


def _at(content: IO[bytes], position: int, size: int) -> bytes:
    content.seek(position)
    return content.read(size)
