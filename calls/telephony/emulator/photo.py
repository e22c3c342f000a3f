"""A picture for trying out: a house on fire, in a few coloured squares, written as a PNG."""

from __future__ import annotations

import functools
import struct
import zlib

SCALE = 40
# One letter, one square. Night, flame, bright flame, wall, door, ground.
PICTURE = (
    "nnnnffnnnn",
    "nnnfbfnfnn",
    "nnffbbffnn",
    "nnrrrrrrnn",
    "nrrrrrrrrn",
    "nwwwwwwwwn",
    "nwfbwwddwn",
    "nwbbwwddwn",
    "gggggggggg",
)
COLOURS = {
    "n": (18, 22, 34), "f": (226, 88, 34), "b": (255, 196, 61), "r": (120, 40, 32),
    "w": (196, 186, 168), "d": (84, 56, 40), "g": (52, 64, 48),
}  # fmt: skip


@functools.cache
def sample_photo() -> bytes:
    rows = []
    for line in PICTURE:
        row = b"\x00" + b"".join(bytes(COLOURS[letter]) * SCALE for letter in line)
        rows.append(row * SCALE)
    width, height = len(PICTURE[0]) * SCALE, len(PICTURE) * SCALE
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
