"""A picture from outside made safe: the one way in which this service opens a stranger's file (calls/media_recode.py).

Nothing of the original reaches a screen: no EXIF (it holds the position and the telephone), no trailing bytes, no other
format that a browser might take for a page. It is opened in a process of its own, so that a file made to swell or to
lead a decoder astray ends that process and no web worker.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from calls import media_files
from calls.media_recode import HEAD_BYTES, sniffed

PICTURE_BYTES_MAX = 10_000_000
OPENED_S_MAX = 20.0  # somebody holds a telephone and waits
AT_ONCE_MAX = 2  # in one web process; whoever sends goes on trying
SOURCE = "source"
TOO_LARGE = frozenset({"too_many_pixels", "too_big_to_open", "too_long_to_open"})

_turns = threading.BoundedSemaphore(AT_ONCE_MAX)


class Unsafe(Exception):  # noqa: N818 - the state of the file
    """Not taken. `code`: picture_too_large, picture_unreadable, picture_busy (later it may be)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Picture:
    jpeg: bytes
    width: int
    height: int


def safe_jpeg(data: bytes) -> Picture:
    """The same picture, turned upright, at most FULL_SIDE_PX_MAX of calls/media_recode.py on its longer side."""
    if len(data) > PICTURE_BYTES_MAX:
        raise Unsafe("picture_too_large")
    if sniffed(data[:HEAD_BYTES])[0] != "picture":
        raise Unsafe("picture_unreadable")  # a film would be opened, too, and takes minutes
    if not _turns.acquire(blocking=False):
        raise Unsafe("picture_busy")
    try:
        return _opened(data)
    finally:
        _turns.release()


def _opened(data: bytes) -> Picture:
    with media_files.workplace() as folder:
        source = folder / SOURCE
        source.write_bytes(data)
        told = media_files.recode(source, folder, within_s=OPENED_S_MAX)
        if "problem" in told:
            too_large = told["problem"] in TOO_LARGE
            raise Unsafe("picture_too_large" if too_large else "picture_unreadable")
        name, _content_type = media_files.CONTENT_TYPES["picture", "full"]
        return Picture((folder / name).read_bytes(), told["width"], told["height"])
