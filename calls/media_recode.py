"""Make of a file that a stranger sent one that a browser may be given: a program of its own, run by calls/media_files.py.

It reads what the file is from its first bytes, decodes it and writes it anew; nothing of the file itself is kept, no
place, no name, no hidden part. A decoder that is led astray, or a file that swells to gigabytes, ends this process and
nothing else: memory, processor time, open files and written bytes have limits, set before the first byte is read.

    python -I media_recode.py SOURCE FOLDER   ->   one line of JSON; files full.* and thumb.jpg in FOLDER
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY_BYTES_MAX = 1536 * 1024 * 1024
CPU_S_MAX = 90
WRITTEN_BYTES_MAX = 64 * 1024 * 1024
OPEN_FILES_MAX = 64
PIXELS_MAX = 64_000_000  # the largest cameras of telephones; more is a bomb
FULL_SIDE_PX_MAX = 2_048
THUMB_SIDE_PX_MAX = 320
FILM_SIDE_PX_MAX = 640
FILM_S_MAX = 180.0
FILM_FRAMES_PER_S_MAX = 20
FRAMES_MAX = 200_000  # decoded, of pictures and of sound, also those that are not kept
SOUND_S_MAX = 600.0
FILM_BITS_PER_S = 700_000
SOUND_BITS_PER_S = 32_000
SOUND_HZ = 48_000
HEAD_BYTES = 64
JPEG_QUALITY = 82
TAKEN_CHARS_MAX = 19  # 2026:11:28 02:15:00
GPS_BLOCK, TAKEN_TAG, EXIF_BLOCK = 0x8825, 0x9003, 0x8769


class Unusable(Exception):  # noqa: N818 - an outcome
    """It is not shown; the word says why."""


def main(source: Path, folder: Path) -> dict[str, Any]:
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind, form = sniffed(head)
    if kind == "picture":
        return picture(source, folder)
    if kind == "recording":
        return recording(source, folder, form)
    raise Unusable("unknown_kind")


def sniffed(head: bytes) -> tuple[str, str]:
    """(picture or recording, how to read it). The sender's word for it is not asked."""
    if head[:3] == b"\xff\xd8\xff" or head[:8] == b"\x89PNG\r\n\x1a\n" or head[:4] == b"GIF8":
        return "picture", ""
    if head[:4] == b"RIFF":
        return (
            ("picture", "")
            if head[8:12] == b"WEBP"
            else ("recording", "wav")
            if head[8:12] == b"WAVE"
            else ("", "")
        )
    if head[4:8] == b"ftyp":
        still = head[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis"}
        return ("", "") if still else ("recording", "mov")
    for mark, form in (
        (b"OggS", "ogg"),
        (b"\x1aE\xdf\xa3", "matroska"),
        (b"#!AMR", "amr"),
        (b"ID3", "mp3"),
        (b"fLaC", "flac"),
    ):
        if head.startswith(mark):
            return "recording", form
    if head[:1] == b"\xff" and head[1:2] in {b"\xf1", b"\xf9"}:
        return "recording", "aac"
    if head[:1] == b"\xff" and head[1:2] in {b"\xfb", b"\xf3", b"\xf2", b"\xfa"}:
        return "recording", "mp3"
    return "", ""


# --- pictures -----------------------------------------------------------------------------------


def picture(source: Path, folder: Path) -> dict[str, Any]:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    with Image.open(source, formats=("JPEG", "PNG", "GIF", "WEBP")) as image:
        width, height = image.size
        if width * height > PIXELS_MAX:
            raise Unusable("too_many_pixels")
        place = _place(image)
        image.draft("RGB", (FULL_SIDE_PX_MAX, FULL_SIDE_PX_MAX))
        upright = ImageOps.exif_transpose(image) or image
        if upright.mode in {"RGBA", "LA", "PA", "P"}:
            behind = Image.new("RGBA", upright.size, "white")
            behind.alpha_composite(upright.convert("RGBA"))
            upright = behind
        plain = upright.convert("RGB")
    plain.thumbnail((FULL_SIDE_PX_MAX, FULL_SIDE_PX_MAX))
    size = plain.size
    _jpeg(plain, folder / "full.jpg")
    plain.thumbnail((THUMB_SIDE_PX_MAX, THUMB_SIDE_PX_MAX))
    _jpeg(plain, folder / "thumb.jpg")
    return {"kind": "picture", "width": size[0], "height": size[1], "place": place}


def _jpeg(image: Any, path: Path) -> None:
    bare = image.copy()
    bare.info.clear()
    bare.save(path, "JPEG", quality=JPEG_QUALITY, optimize=True)


def _place(image: Any) -> dict[str, Any] | None:
    """Where and when the camera says it was; what cannot be read is nothing."""
    try:
        exif = image.getexif()
        gps = exif.get_ifd(GPS_BLOCK)
        lat, lng = _degrees(gps[2], gps[1], "S"), _degrees(gps[4], gps[3], "W")
        taken = exif.get_ifd(EXIF_BLOCK).get(TAKEN_TAG) or ""
    except Exception:
        return None
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):
        return None
    return {"lat": lat, "lng": lng, "taken": str(taken)[:TAKEN_CHARS_MAX]}


def _degrees(parts: Any, side: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(side).upper().startswith(negative) else value


# --- voice notes and films ----------------------------------------------------------------------


def recording(source: Path, folder: Path, form: str) -> dict[str, Any]:
    import av

    # The form is given, never guessed: a list of other files to play would be read from our disk or our network.
    with source.open("rb") as file, av.open(file, format=form, metadata_errors="ignore") as read:
        pictures = next((one for one in read.streams.video if not _is_cover(one)), None)
        sound = next(iter(read.streams.audio), None)
        if pictures is None and sound is None:
            raise Unusable("unknown_kind")
        kind, longest_s = ("film", FILM_S_MAX) if pictures else ("sound", SOUND_S_MAX)
        with av.open(str(folder / "full.webm"), "w", format="webm") as written:
            track = Track(written, pictures, sound, longest_s=longest_s)
            for frame in read.decode([one for one in (pictures, sound) if one]):
                if not track.take(frame):
                    break
            track.finish()
    if track.ends_s <= 0:
        raise Unusable("empty")
    if track.first is not None:
        thumb = track.first.to_image()
        thumb.thumbnail((THUMB_SIDE_PX_MAX, THUMB_SIDE_PX_MAX))
        _jpeg(thumb, folder / "thumb.jpg")
    return {
        "kind": kind,
        "duration_s": round(track.ends_s, 1),
        "width": track.first.width if track.first else None,
        "height": track.first.height if track.first else None,
        "shortened": track.shortened,
    }


def _is_cover(stream: Any) -> bool:
    return "attached_pic" in str(stream.disposition).lower()


class Track:
    """What is written: frames in their time, up to the longest that is kept."""

    def __init__(self, written: Any, pictures: Any, sound: Any, *, longest_s: float) -> None:
        import av

        self.written, self.longest_s = written, longest_s
        self.ends_s, self.shortened, self.first = 0.0, False, None
        self.decoded, self.kept_s, self.graph = 0, None, None
        self.film = self.voice = None
        if pictures is not None:
            size = pictures.codec_context
            if not 0 < size.width * size.height <= PIXELS_MAX:
                raise Unusable("too_many_pixels")
            self.film = written.add_stream("libvpx", rate=FILM_FRAMES_PER_S_MAX)
            self.film.bit_rate = FILM_BITS_PER_S
            self.film.options = {"deadline": "realtime", "cpu-used": "8"}
            self.film.pix_fmt = "yuv420p"
            self.film.codec_context.thread_count = 2
        if sound is not None:
            self.voice = written.add_stream("libopus", rate=SOUND_HZ, layout="mono")
            self.voice.bit_rate = SOUND_BITS_PER_S
            self.even = av.AudioResampler("s16", "mono", SOUND_HZ, SOUND_HZ // 50)

    def take(self, frame: Any) -> bool:
        import av

        self.decoded += 1
        at_s = frame.time if frame.time is not None else self.ends_s
        if at_s > self.longest_s or self.decoded > FRAMES_MAX:
            self.shortened = True
            return False
        if isinstance(frame, av.VideoFrame):
            self._picture(frame, max(at_s, 0.0))
        else:
            for even in self.even.resample(frame):
                self.written.mux(self.voice.encode(even))
            self.ends_s = max(self.ends_s, at_s + frame.samples / frame.sample_rate)
        return True

    def _picture(self, frame: Any, at_s: float) -> None:
        from fractions import Fraction

        if self.kept_s is not None and at_s - self.kept_s < 0.9 / FILM_FRAMES_PER_S_MAX:
            return
        if frame.width * frame.height > PIXELS_MAX:
            raise Unusable("too_many_pixels")
        small = self._upright(frame)
        small.pts, small.time_base = round(at_s * 1000), Fraction(1, 1000)
        if self.first is None:
            self.first = small
            self.film.width, self.film.height = small.width, small.height
            self.film.codec_context.time_base = Fraction(1, 1000)
        self.kept_s = at_s
        self.ends_s = max(self.ends_s, at_s + 1 / FILM_FRAMES_PER_S_MAX)
        self.written.mux(self.film.encode(small))

    def _upright(self, frame: Any) -> Any:
        """Small, and turned as the camera was held."""
        import av
        import numpy as np

        share = min(1.0, FILM_SIDE_PX_MAX / max(frame.width, frame.height))
        if self.first is not None and not frame.rotation % 360:
            width, height = self.first.width, self.first.height
        else:
            width, height = (
                max(2, round(side * share / 2) * 2) for side in (frame.width, frame.height)
            )
        small = frame.reformat(width=width, height=height, format="yuv420p")
        turns = round(frame.rotation / 90) % 4
        if not turns:
            return small
        turned = np.ascontiguousarray(np.rot90(small.to_ndarray(format="rgb24"), turns))
        return av.VideoFrame.from_ndarray(turned, format="rgb24").reformat(format="yuv420p")

    def finish(self) -> None:
        if self.film is not None and self.first is not None:
            self.written.mux(self.film.encode(None))
        if self.voice is not None:
            for even in self.even.resample(None):
                self.written.mux(self.voice.encode(even))
            self.written.mux(self.voice.encode(None))


# --- the process --------------------------------------------------------------------------------


def limit() -> None:
    os.nice(15)  # on a busy machine the calls go first
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES_MAX),
        (resource.RLIMIT_CPU, CPU_S_MAX),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES_MAX),
        (resource.RLIMIT_NOFILE, OPEN_FILES_MAX),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    limit()
    try:
        told = main(Path(sys.argv[1]), Path(sys.argv[2]))
    except Unusable as error:
        told = {"problem": str(error)}
    except MemoryError:
        told = {"problem": "too_big_to_open"}
    except Exception as error:  # whatever a decoder says of a broken file
        bomb = type(error).__name__ == "DecompressionBombError"
        told = {"problem": "too_many_pixels" if bomb else "damaged"}
    sys.stdout.write(json.dumps(told))
