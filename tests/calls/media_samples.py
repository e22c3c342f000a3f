"""Pictures, films and voice notes as citizens send them, and as somebody would who means harm. Made, not stored."""

from __future__ import annotations

import io
import struct
import zlib
from fractions import Fraction

import av
import numpy as np
from PIL import Image

GPS = {1: "N", 2: (0.0, 55.0, 8.4), 3: "E", 4: (104.0, 27.0, 59.4)}
LAT, LNG = 0.919, 104.4665


def jpeg(
    width: int = 1200, height: int = 800, *, gps: bool = False, turned: bool = False
) -> bytes:
    image = Image.new("RGB", (width, height), "firebrick")
    exif = Image.Exif()
    exif[0x010F] = "Camera of Budi"
    if turned:
        exif[0x0112] = 6
    if gps:
        exif.get_ifd(0x8825).update(GPS)
        exif.get_ifd(0x8769)[0x9003] = "2026:11:28 02:15:00"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def png(**_: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (255, 0, 0, 128)).save(out, "PNG")
    return out.getvalue()


def png_bomb(side: int = 30_000) -> bytes:
    """A few kilobytes that would be gigabytes on a screen."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(b"\0" * 100_000, 9))
        + chunk(b"IEND", b"")
    )


def film(
    seconds: float = 1.0,
    *,
    side: tuple[int, int] = (320, 240),
    form: str = "mp4",
    codec: str = "libx264",
    voice: bool = True,
) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=form) as written:
        pictures = written.add_stream(codec, rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = *side, "yuv420p"
        sound = (
            written.add_stream("aac" if form == "mp4" else "libopus", rate=48_000, layout="mono")
            if voice
            else None
        )
        for number in range(max(1, round(seconds * 10))):
            shade = np.full((side[1], side[0], 3), number * 20 % 255, np.uint8)
            written.mux(pictures.encode(av.VideoFrame.from_ndarray(shade, format="rgb24")))
        written.mux(pictures.encode(None))
        if sound:
            _speak(written, sound, seconds)
    return out.getvalue()


def voice(
    seconds: float = 1.0, *, form: str = "ogg", codec: str = "libopus", hz: int = 48_000
) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=form) as written:
        _speak(written, written.add_stream(codec, rate=hz, layout="mono"), seconds, hz)
    return out.getvalue()


def _speak(written, stream, seconds: float, hz: int = 48_000) -> None:  # type: ignore[no-untyped-def]
    each = stream.codec_context.frame_size or hz // 50
    form = stream.codec_context.format.name
    even = av.AudioResampler(form, "mono", hz, each)
    for number in range(max(1, int(seconds * hz / each))):
        wave = (np.sin(np.arange(each) / 20) * 9_000).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = hz, number * each, Fraction(1, hz)
        for one in even.resample(frame):
            written.mux(stream.encode(one))
    written.mux(stream.encode(None))
