"""Whatever bytes are uploaded, the sandbox judges them; and it measures what our files say."""

import io
import struct
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stack.sandbox.linkedin.media_formats import count_pages, read_image, video_seconds
from stack.sandbox.linkedin.media_rules import failure_of
from tests.support import media

WHOLE = {
    "images": (media.png(), media.jpeg(), media.gif(frames=3)),
    "documents": (media.pdf(2), media.docx(2), media.pptx(2)),
    "videos": (media.mp4(),),
    "assets": (media.png(), media.mp4()),
}


@pytest.mark.parametrize("make", [media.png, media.jpeg, media.gif], ids=lambda make: make.__name__)
@given(width=st.integers(1, 65_535), height=st.integers(1, 65_535))
def test_an_image_is_as_large_as_it_says(make: Any, width: int, height: int) -> None:
    image = read_image(io.BytesIO(make(width, height)))
    assert (image.width, image.height, image.pixels) == (width, height, width * height)


@pytest.mark.parametrize("make", [media.pdf, media.docx, media.pptx], ids=lambda m: m.__name__)
@pytest.mark.parametrize("pages", [1, 2, 300])
def test_a_document_has_the_pages_that_it_says(make: Any, pages: int) -> None:
    assert count_pages(io.BytesIO(make(pages))) == pages


@given(st.integers(0, 4_000_000))
def test_a_film_is_as_long_as_it_says(milliseconds: int) -> None:
    film = media.mp4(milliseconds / 1000, size_bytes=300)
    assert video_seconds(io.BytesIO(film)) == milliseconds / 1000


@given(
    kind=st.sampled_from(sorted(WHOLE)),
    which=st.integers(0, 2),
    begin=st.integers(0, 400),
    junk=st.binary(max_size=12),
    cut=st.integers(0, 60),
)
@example("videos", 0, 16, struct.pack(">I4sQ", 1, b"moov", 2**64 - 1), 0)
@example("videos", 0, 16, struct.pack(">I4sQI4sQ", 1, b"moov", 2**64 - 1, 1, b"free", 2**63), 0)
def test_what_is_spoiled_is_judged_too(
    kind: str, which: int, begin: int, junk: bytes, cut: int
) -> None:
    whole = WHOLE[kind][which % len(WHOLE[kind])]
    spoiled = whole[:begin] + junk + whole[begin + len(junk) : len(whole) - cut]
    _check(failure_of(kind, io.BytesIO(spoiled)))


@given(kind=st.sampled_from(sorted(WHOLE)), content=st.binary(max_size=200))
def test_any_bytes_are_judged(kind: str, content: bytes) -> None:
    _check(failure_of(kind, io.BytesIO(content)))


def _check(reason: str) -> None:
    """A reason or none; what is no reason is a failure of the sandbox's own."""
    assert not reason or reason.partition(":")[0].isupper()
