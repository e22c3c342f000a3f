"""A picture from outside made safe: decoded in bounds and written anew as JPEG, without what the file carried besides.

Nothing of the original reaches a screen: no EXIF (it holds the position and the telephone), no trailing bytes, no other
format that a browser might take for a page.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

PICTURE_BYTES_MAX = 10_000_000
PICTURE_PIXELS_MAX = 60_000_000  # a file of a few kilobytes may unpack to gigabytes
PICTURE_SIDE_MAX = 1_600  # on a screen of a console; a number plate is still read
PICTURE_QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


class Unsafe(Exception):  # noqa: N818 - the state of the file
    """Not taken. `code`: picture_too_large, picture_unreadable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Picture:
    jpeg: bytes
    width: int
    height: int


def safe_jpeg(data: bytes) -> Picture:
    """The same picture, turned upright, at most PICTURE_SIDE_MAX on its longer side."""
    if len(data) > PICTURE_BYTES_MAX:
        raise Unsafe("picture_too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _written_anew(data)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unsafe("picture_too_large") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError):
        raise Unsafe("picture_unreadable") from None


def _written_anew(data: bytes) -> Picture:
    # The formats are named: Pillow knows dozens, among them some that run other programs.
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        # By its head alone, before a single pixel is unpacked.
        if opened.width * opened.height > PICTURE_PIXELS_MAX:
            raise Unsafe("picture_too_large")
        opened.draft(
            "RGB", (PICTURE_SIDE_MAX, PICTURE_SIDE_MAX)
        )  # a JPEG is unpacked smaller at once
        upright = ImageOps.exif_transpose(opened)
        plain = upright.convert("RGB")
    plain.thumbnail((PICTURE_SIDE_MAX, PICTURE_SIDE_MAX))
    # A picture of its own: what the file carried in its head would be written again otherwise.
    clean = Image.new("RGB", plain.size)
    clean.paste(plain)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=PICTURE_QUALITY, optimize=True)
    return Picture(out.getvalue(), clean.width, clean.height)
