"""The smallest files of each format that say how large and how long they are."""

import io
import secrets
import struct
import zipfile


def png(width: int = 16, height: int = 16, size_bytes: int = 0) -> bytes:
    """A PNG's beginning; no two are the same."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + size
    return head + secrets.token_bytes(max(16, size_bytes - len(head)))


def jpeg(width: int = 16, height: int = 16) -> bytes:
    """A JPEG with a comment before the frame."""
    comment = b"\xff\xfe" + struct.pack(">H", 10) + secrets.token_bytes(8)
    return b"\xff\xd8" + comment + b"\xff\xc2" + struct.pack(">HBHHB", 8, 8, height, width, 3)


def gif(width: int = 16, height: int = 16, frames: int = 1) -> bytes:
    """A GIF; every frame has its own colours."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    pause = b"!\xf9\x04\0\0\0\0\0"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0x80) + bytes(6) + b"\x02\x02\x44\x01\0"
    comment = b"!\xfe\x08" + secrets.token_bytes(8) + b"\0"
    return head + comment + (pause + frame) * frames + b";"


def pdf(pages: int = 1, size_bytes: int = 0) -> bytes:
    """A PDF with its pages in the clear."""
    objects = b"".join(b"%d 0 obj <</Type /Page>> endobj\n" % n for n in range(pages))
    tree = b"1 0 obj <</Type /Pages /Count %d>> endobj\n" % pages
    text = b"%PDF-1.7\n" + objects + tree
    return text + secrets.token_bytes(max(16, size_bytes - len(text)))


def pptx(slides: int = 1) -> bytes:
    """Slides."""
    names = ["ppt/presentation.xml", *(f"ppt/slides/slide{n}.xml" for n in range(slides))]
    return _zipped(dict.fromkeys(names, secrets.token_hex(4)))


def docx(pages: int = 1) -> bytes:
    """A text that says how many pages it has."""
    told = f"<Properties><Pages>{pages}</Pages></Properties>"
    return _zipped({"word/document.xml": secrets.token_hex(4), "docProps/app.xml": told})


def mp4(seconds: float = 10, size_bytes: int = 76_000) -> bytes:
    """A film whose description follows its pictures, as cameras write it."""
    header = struct.pack(">B3xIIII", 0, 0, 0, 1000, round(seconds * 1000)) + bytes(80)
    end = _box(b"moov", _box(b"mvhd", header))
    begin = _box(b"ftyp", b"isom\0\0\2\0")
    pictures = secrets.token_bytes(max(0, size_bytes - len(begin) - len(end) - 8))
    return begin + _box(b"mdat", pictures) + end


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


def _zipped(files: dict[str, str]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return whole.getvalue()
