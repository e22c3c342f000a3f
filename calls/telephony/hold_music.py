"""What a caller hears while waiting: a few soft chords, made here, so that no other house must answer for it."""

from __future__ import annotations

import functools
import io
import math
import wave
from array import array

RATE_HZ = 8_000  # what a telephone carries
CHORD_S = 2.0
LOUDNESS = 0.16
# C, A minor, F, G: each three notes, in hertz.
CHORDS = (
    (261.6, 329.6, 392.0),
    (220.0, 261.6, 329.6),
    (174.6, 220.0, 261.6),
    (196.0, 246.9, 293.7),
)


@functools.cache
def wav() -> bytes:
    """Eight seconds, mono, 16 bit; each chord swells and fades, so that a voice saying "hello" is heard."""
    samples = array("h")
    count = int(RATE_HZ * CHORD_S)
    for chord in CHORDS:
        for at in range(count):
            swell = math.sin(math.pi * at / count) ** 2
            tone = sum(math.sin(2 * math.pi * hertz * at / RATE_HZ) for hertz in chord)
            samples.append(int(32_767 * LOUDNESS * swell * tone / len(chord)))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(samples.tobytes())
    return file.getvalue()
